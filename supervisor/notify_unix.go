//go:build unix

package supervisor

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// notifyWithSocket sends state and the descriptor of s to a notify socket.
func notifyWithSocket(path, state string, s socket) error {
	nc, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer nc.Close()
	to, err := nc.SyscallConn()
	if err != nil {
		return err
	}
	passed, err := s.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	// Not nc.WriteMsgUnix: it refuses every connected datagram socket.
	var sendErr error
	err = passed.Control(func(fd uintptr) {
		err := to.Write(func(to uintptr) bool {
			sendErr = syscall.Sendmsg(int(to), []byte(state), syscall.UnixRights(int(fd)), nil, 0)
			return sendErr != syscall.EAGAIN
		})
		sendErr = errors.Join(os.NewSyscallError("sendmsg", sendErr), err)
	})
	return errors.Join(err, sendErr)
}
