package app

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

// ancillary reads what came with a datagram; ok is whether our own user sent it.
func ancillary(oob []byte) (pid int, files []*os.File, ok bool) {
	messages, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range messages {
		if cred, err := syscall.ParseUnixCredentials(&m); err == nil {
			pid, ok = int(cred.Pid), int(cred.Uid) == os.Getuid() || cred.Uid == 0
		}
		files = append(files, rights(m)...)
	}
	if !ok {
		for _, f := range files {
			f.Close()
		}
	}
	return pid, files, ok
}
