package supervisor

func notifyWithSocket(string, string, socket) error { return ErrNotSupported }
