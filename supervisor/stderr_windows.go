package supervisor

import "os"

type tap struct{ real, reader *os.File }

func newTap() (*tap, error)    { return nil, nil }
func (*tap) release()          {}
func (*tap) drain()            {}
func (*tap) lines() []string   { return nil }
func setStderr(*os.File) error { return ErrNotSupported }
