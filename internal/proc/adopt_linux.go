package proc

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Adopt makes this process the parent of every descendant that loses its own
// (PR_SET_CHILD_SUBREAPER, prctl(2)), so that a program which replaces its
// process stays below us.
func Adopt() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// Ended tells about the end of a process that this one did not start. The
// returned function stops waiting.
func Ended(pid int) (<-chan Exit, func(), error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, nil, fmt.Errorf("watch process %d: %w", pid, os.NewSyscallError("pidfd_open", err))
	}
	file := os.NewFile(uintptr(fd), fmt.Sprint("pidfd ", pid))
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("watch process %d: %w", pid, err)
	}
	ended := make(chan Exit, 1)
	go func() {
		defer file.Close()
		// A pidfd becomes readable when its process has ended (pidfd_open(2)).
		if err := raw.Read(func(uintptr) bool { return zombie(fd) }); err == nil {
			ended <- reap(pid)
		}
	}()
	return ended, func() { file.Close() }, nil
}

// zombie reports whether the process of a pidfd has ended already.
func zombie(pidfd int) bool {
	p := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && n > 0
}

// reap collects the status if the process is, or by adoption became, our child.
func reap(pid int) Exit {
	var ws syscall.WaitStatus
	for {
		got, err := syscall.Wait4(pid, &ws, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || got != pid {
			return Exit{}
		}
		if ws.Signaled() {
			return Exit{Code: -1, Signal: unix.SignalName(ws.Signal()), Known: true}
		}
		return Exit{Code: ws.ExitStatus(), Known: true}
	}
}
