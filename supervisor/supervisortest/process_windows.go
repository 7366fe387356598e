package supervisortest

import (
	"os"
	"syscall"
)

// Windows has no upgrade by signal; what is here lets the package compile.
const stopSignal = syscall.SIGKILL

func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(pid int) { signal(pid, os.Kill) }

func signal(pid int, sig os.Signal) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer process.Release()
	return process.Signal(sig)
}
