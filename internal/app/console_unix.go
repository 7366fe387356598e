//go:build unix

package app

import (
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
