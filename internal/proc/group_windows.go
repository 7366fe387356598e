package proc

import (
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

// Terminate is the signal that asks a program to stop. Windows has none that
// reaches another process, so it ends it.
var Terminate os.Signal = os.Kill

func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func ownSession() *syscall.SysProcAttr { return ownGroup() }

// SignalGroup ends the process and its descendants, whatever sig is.
func SignalGroup(group int, _ os.Signal) error { KillGroup(group); return nil }

// KillGroup ends the process and its descendants.
func KillGroup(group int) {
	exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(group)).Run()
}

// Signal ends the process, whatever sig is.
func Signal(pid int, _ os.Signal) error { Kill(pid); return nil }

// Kill ends one process at once.
func Kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

// GroupAlive is not known here.
func GroupAlive(int) bool { return false }

func signalOf(*os.ProcessState) string { return "" }

func ignoreInterrupts() { signal.Ignore(os.Interrupt) }

// SignalName returns the signal's description.
func SignalName(sig syscall.Signal) string { return sig.String() }
