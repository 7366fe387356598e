//go:build unix

package supervisortest

import "syscall"

// closedByPeer says whether a close, or anything else that nobody asked for, has
// arrived by now. It does not wait, and takes nothing from the connection.
func (c *conn) closedByPeer() bool {
	if c.r.Buffered() > 0 {
		return true
	}
	sc, ok := c.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	var peeked error
	err = raw.Read(func(fd uintptr) bool {
		_, _, peeked = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		return true
	})
	return err != nil || peeked != syscall.EAGAIN
}
