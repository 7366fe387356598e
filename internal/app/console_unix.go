//go:build unix

package app

import (
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// unreadBytes asks the kernel how much waits to be read (FIONREAD).
func unreadBytes(r *os.File) (n int) {
	control(r, func(fd int) { n, _ = unix.IoctlGetInt(fd, fionread) })
	return n
}

// control lends f's descriptor. Fd, which package pty uses, would make its
// reads block from then on, with mu held and beyond the reach of Close.
func control(f *os.File, use func(fd int)) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { use(int(fd)) })
	}
}

// follow keeps the size of the pseudo-terminal that of the real one.
func (c *Console) follow(terminal, master *os.File) {
	control(master, func(fd int) { syscall.SetNonblock(fd, true) }) // as it was before pty.Open
	inheritSize(terminal, master)
	c.resized = make(chan os.Signal, 1)
	signal.Notify(c.resized, syscall.SIGWINCH)
	resized := c.resized
	c.copiers.Go(func() {
		for range resized {
			inheritSize(terminal, master)
		}
	})
}

func inheritSize(terminal, master *os.File) {
	control(terminal, func(from int) {
		if size, err := unix.IoctlGetWinsize(from, unix.TIOCGWINSZ); err == nil {
			control(master, func(to int) { unix.IoctlSetWinsize(to, unix.TIOCSWINSZ, size) })
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
	if from.SetReadDeadline(time.Time{}) != nil {
		return c.readThenKeep(from, buf) // it cannot be polled: the wait would be in the call
	}
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
