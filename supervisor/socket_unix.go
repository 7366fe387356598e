//go:build unix

package supervisor

import (
	"errors"
	"os"
	"syscall"
)

// backlog is more than any system allows; the kernel takes its own limit
// instead (listen(2)).
const backlog = 1<<16 - 1

// stopListening has connections to s refused although other processes hold it
// as well. On Linux shutdown(2) takes a socket out of the state LISTEN and
// leaves it bound; systems that do not are left with a queue that ends when the
// last process closes the socket.
func stopListening(s socket) error {
	return onSocket(s, func(fd int) error { return os.NewSyscallError("shutdown", syscall.Shutdown(fd, syscall.SHUT_RD)) })
}

// listenAgain makes a bound socket listen, with the backlog that the system
// allows by now.
func listenAgain(s socket) error {
	return onSocket(s, func(fd int) error { return os.NewSyscallError("listen", syscall.Listen(fd, backlog)) })
}

// shutWrite ends what the other end of f gets to read.
func shutWrite(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	}
}

func onSocket(s socket, do func(fd int) error) error {
	raw, err := s.(syscall.Conn).SyscallConn()
	if err != nil {
		return err
	}
	var doErr error
	err = raw.Control(func(fd uintptr) { doErr = do(int(fd)) })
	return errors.Join(err, doErr)
}
