package supervisortest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

const (
	// The same on all architectures; package syscall has no name for it.
	sysPidfdOpen = 434

	lookAtContext = 50 // ms
)

// exitWatch sees the end of a process that need not be a child. A pidfd is
// readable once the process has ended, also when nobody reaps it, which is why
// signal 0 is not asked: a zombie answers it.
type exitWatch struct{ pidfd, epoll int }

func watchExit(pid int) (*exitWatch, error) {
	fd, _, errno := syscall.Syscall(sysPidfdOpen, uintptr(pid), 0, 0)
	if errno == syscall.ESRCH {
		return nil, os.ErrProcessDone
	}
	if errno != 0 {
		return nil, fmt.Errorf("pidfd_open: %w", errno)
	}
	w := &exitWatch{pidfd: int(fd)}
	var err error
	if w.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		syscall.Close(w.pidfd)
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	readable := syscall.EpollEvent{Events: syscall.EPOLLIN}
	if err := syscall.EpollCtl(w.epoll, syscall.EPOLL_CTL_ADD, w.pidfd, &readable); err != nil {
		w.close()
		return nil, fmt.Errorf("epoll_ctl: %w", err)
	}
	return w, nil
}

func (w *exitWatch) wait(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := syscall.EpollWait(w.epoll, make([]syscall.EpollEvent, 1), lookAtContext)
		if n > 0 {
			return nil
		}
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("epoll_wait: %w", err)
		}
	}
	return context.Cause(ctx)
}

func (w *exitWatch) close() {
	syscall.Close(w.epoll)
	syscall.Close(w.pidfd)
}
