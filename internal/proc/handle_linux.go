package proc

import (
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"

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
	return raw.Read(func(fd uintptr) bool { return polled(fd, unix.POLLIN) })
}

// Status tells how a process that has ended did so, although its parent, who
// is not us, has reaped it: Linux tells since version 6.15. It waits a little
// for the parent to do that.
func (h *Handle) Status() Exit {
	raw, err := h.file.SyscallConn()
	if err != nil {
		return Exit{}
	}
	h.file.SetReadDeadline(time.Now().Add(reapedWithin))
	exit := Exit{}
	raw.Read(func(fd uintptr) bool {
		exit = pidfdExit(fd)
		return exit.Known || polled(fd, unix.POLLHUP)
	})
	return exit
}

// reapedWithin is how long Status waits.
const reapedWithin = 100 * time.Millisecond

// Close gives the handle up.
func (h *Handle) Close() { h.file.Close() }

func polled(pidfd uintptr, event int16) bool {
	p := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return err == nil && n > 0 && p[0].Revents&event != 0
}

// pidfdExit asks with PIDFD_GET_INFO for PIDFD_INFO_EXIT, as in linux/pidfd.h.
func pidfdExit(pidfd uintptr) Exit {
	const (
		getInfo  = 0xc040ff0b // _IOWR(0xff, 11, 64 bytes)
		infoExit = 1 << 3
	)
	info := struct {
		mask, cgroup uint64
		ids          [11]uint32
		status       int32
	}{mask: infoExit}
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, pidfd, getInfo, uintptr(unsafe.Pointer(&info)))
	if errno != 0 || info.mask&infoExit == 0 {
		return Exit{}
	}
	return exitFrom(syscall.WaitStatus(info.status))
}
