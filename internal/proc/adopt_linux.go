package proc

import (
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
	h, err := Hold(pid)
	if err != nil {
		return nil, nil, err
	}
	ended := make(chan Exit, 1)
	go func() {
		defer h.Close()
		if h.Wait() == nil {
			ended <- reap(pid)
		}
	}()
	return ended, h.Close, nil
}

// reap collects the status if the process is, or by adoption became, our child.
func reap(pid int) Exit {
	if got, exit := wait(pid); got == pid {
		return exit
	}
	return Exit{}
}

// ReapAny collects a child that has ended, whichever; pid is 0 if none has.
// Only a process that waits for none of its children in another way may call it.
func ReapAny() (pid int, exit Exit) { return wait(-1) }

func wait(which int) (pid int, exit Exit) {
	var ws syscall.WaitStatus
	for {
		got, err := syscall.Wait4(which, &ws, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil || got <= 0:
			return 0, Exit{}
		default:
			return got, exitFrom(ws)
		}
	}
}

func exitFrom(ws syscall.WaitStatus) Exit {
	if ws.Signaled() {
		return Exit{Code: -1, Signal: unix.SignalName(ws.Signal()), Known: true}
	}
	return Exit{Code: ws.ExitStatus(), Known: true}
}
