//go:build unix

package supervisor

import (
	"errors"
	"fmt"
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

// node identifies the file at path, "" if there is none. Numbers of inodes are
// used again soon, so the time at which a socket was bound belongs to it.
func node(path string) string {
	info, err := os.Lstat(path)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d:%d", st.Dev, st.Ino, info.ModTime().UnixNano())
}

// reusesPort reports whether other sockets may be bound to the same port.
func reusesPort(s socket) bool {
	reuses := 0
	err := onSocket(s, func(fd int) (err error) {
		reuses, err = syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, soReusePort)
		return err
	})
	return err == nil && reuses != 0
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
