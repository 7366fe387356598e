//go:build unix

package app

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// unreadBytes asks the kernel how much waits to be read (FIONREAD).
func unreadBytes(r *os.File) int {
	raw, err := r.SyscallConn()
	if err != nil {
		return 0
	}
	n := 0
	raw.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), fionread) })
	return n
}

// follow keeps the size of the pseudo-terminal that of the real one.
func (c *Console) follow(terminal, master *os.File) {
	pty.InheritSize(terminal, master)
	c.resized = make(chan os.Signal, 1)
	signal.Notify(c.resized, syscall.SIGWINCH)
	resized := c.resized
	c.copiers.Go(func() {
		for range resized {
			pty.InheritSize(terminal, master)
		}
	})
}

func (c *Console) unfollow() {
	if c.resized != nil {
		signal.Stop(c.resized)
		close(c.resized)
	}
}

// read takes bytes from the kernel and keeps them in one step for whoever holds
// mu, so that what is neither unread nor kept does not exist.
func (c *Console) read(from *os.File, buf []byte) (n int, err error) {
	raw, err := from.SyscallConn()
	if err != nil {
		return 0, err
	}
	var readErr error
	err = raw.Read(func(fd uintptr) bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for {
			n, readErr = syscall.Read(int(fd), buf)
			if readErr != syscall.EINTR {
				break
			}
		}
		if n > 0 {
			c.keepLocked(buf[:n])
		}
		return readErr != syscall.EAGAIN
	})
	switch {
	case err != nil:
		return 0, err
	case readErr != nil:
		return 0, os.NewSyscallError("read", readErr)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}
