//go:build !linux

package supervisor

// backlog is not told by the kernel here.
func (l *Listener) backlog() *Backlog { return nil }
