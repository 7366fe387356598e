package manager

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// wantCredentials has the kernel attach the sender's PID to each datagram
// (SO_PASSCRED, unix(7)).
func wantCredentials(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var setErr error
	err = raw.Control(func(fd uintptr) {
		setErr = os.NewSyscallError("setsockopt", syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_PASSCRED, 1))
	})
	return errors.Join(err, setErr)
}

// ancillary reads what came with a datagram.
func ancillary(oob []byte) (sender Sender, files []*os.File) {
	sender = Sender{UID: -1}
	messages, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range messages {
		if cred, err := syscall.ParseUnixCredentials(&m); err == nil {
			sender = Sender{PID: int(cred.Pid), UID: int(cred.Uid)}
		}
		files = append(files, rights(m)...)
	}
	return sender, files
}
