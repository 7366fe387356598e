//go:build unix

package app

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/creack/pty"
)

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
