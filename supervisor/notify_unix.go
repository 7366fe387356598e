//go:build unix

package supervisor

import (
	"errors"
	"net"
	"syscall"
)

// notifyWithSocket sends state and the descriptor of s to a notify socket.
func notifyWithSocket(path, state string, s socket) error {
	nc, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer nc.Close()
	raw, err := s.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	var sendErr error
	err = raw.Control(func(fd uintptr) {
		_, _, sendErr = nc.WriteMsgUnix([]byte(state), syscall.UnixRights(int(fd)), nil)
	})
	return errors.Join(err, sendErr)
}
