//go:build unix

package supervisortest

import (
	"os"
	"syscall"
)

const stopSignal = syscall.SIGTERM

// ownGroup lets killGroup reach all generations, whose parents may be gone.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

func signal(pid int, sig os.Signal) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer process.Release()
	return process.Signal(sig)
}
