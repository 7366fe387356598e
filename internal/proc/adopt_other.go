//go:build !linux

package proc

import (
	"os"
	"syscall"
	"time"
)

// Adopt is not to be had here: a process that loses its parent goes to init.
func Adopt() error { return nil }

// Ended tells about the end of a process that this one did not start, by
// looking every 50 ms. The returned function stops waiting.
func Ended(pid int) (<-chan Exit, func(), error) {
	ended, stop := make(chan Exit, 1), make(chan struct{})
	go func() {
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for {
			p, err := os.FindProcess(pid)
			if err != nil || p.Signal(syscall.Signal(0)) != nil {
				ended <- Exit{}
				return
			}
			select {
			case <-look.C:
			case <-stop:
				return
			}
		}
	}()
	return ended, func() { close(stop) }, nil
}
