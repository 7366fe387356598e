//go:build unix

package proc

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Terminate is the signal that asks a program to stop.
var Terminate os.Signal = syscall.SIGTERM

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// SignalGroup sends sig to every process of the group; none left is no error.
func SignalGroup(group int, sig os.Signal) error {
	err := syscall.Kill(-group, sig.(syscall.Signal))
	if err == syscall.ESRCH {
		return nil
	}
	return os.NewSyscallError("kill", err)
}

// KillGroup ends every process of the group at once.
func KillGroup(group int) { syscall.Kill(-group, syscall.SIGKILL) }

// Signal sends sig to one process.
func Signal(pid int, sig os.Signal) error {
	return os.NewSyscallError("kill", syscall.Kill(pid, sig.(syscall.Signal)))
}

// Kill ends one process at once.
func Kill(pid int) { syscall.Kill(pid, syscall.SIGKILL) }

// GroupAlive reports whether the group has a process that is not a zombie
// waiting for its parent.
func GroupAlive(group int) bool { return syscall.Kill(-group, 0) == nil }

func signalOf(state *os.ProcessState) string {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return unix.SignalName(ws.Signal())
	}
	return ""
}

// ignoreInterrupts keeps the guard alive through whatever ends its session's
// other processes.
func ignoreInterrupts() {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
}

// SignalName returns "SIGKILL" and the like.
func SignalName(sig syscall.Signal) string { return unix.SignalName(sig) }
