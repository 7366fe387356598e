//go:build !linux

package supervisortest

import (
	"context"
	"syscall"
	"time"
)

// exitWatch asks again and again whether the process takes a signal. A process
// that has ended and that nobody reaps counts as running.
type exitWatch struct{ pid int }

func watchExit(pid int) (*exitWatch, error) { return &exitWatch{pid}, nil }

func (w *exitWatch) wait(ctx context.Context) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for signal(w.pid, syscall.Signal(0)) == nil {
		select {
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (w *exitWatch) close() {}
