package proc

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Handle means one process for good. Its PID is given to another one sooner or
// later, once somebody has reaped it.
type Handle struct {
	PID  int
	file *os.File
}

// Hold returns a handle of a process (pidfd_open(2), Linux 5.10 with
// PIDFD_NONBLOCK). That the PID means the right process has to be checked
// afterwards.
func Hold(pid int) (*Handle, error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("watch process %d: %w", pid, os.NewSyscallError("pidfd_open", err))
	}
	return &Handle{pid, os.NewFile(uintptr(fd), fmt.Sprint("pidfd ", pid))}, nil
}

// Signal sends sig to the process. That it has ended is no error.
func (h *Handle) Signal(sig os.Signal) error {
	raw, err := h.file.SyscallConn()
	if err != nil {
		return err
	}
	var sendErr error
	err = raw.Control(func(fd uintptr) { sendErr = unix.PidfdSendSignal(int(fd), sig.(syscall.Signal), nil, 0) })
	if sendErr == syscall.ESRCH {
		return nil
	}
	if sendErr != nil {
		return fmt.Errorf("send %v to process %d: %w", sig, h.PID, os.NewSyscallError("pidfd_send_signal", sendErr))
	}
	return err
}

// Wait returns when the process has ended, reaped or not, or with an error
// when the handle is closed.
func (h *Handle) Wait() error {
	raw, err := h.file.SyscallConn()
	if err != nil {
		return err
	}
	// A pidfd becomes readable when its process has ended (pidfd_open(2)).
	return raw.Read(func(fd uintptr) bool { return ended(int(fd)) })
}

// Close gives the handle up.
func (h *Handle) Close() { h.file.Close() }

func ended(pidfd int) bool {
	p := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && n > 0
}
