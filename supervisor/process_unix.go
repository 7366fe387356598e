//go:build unix

package supervisor

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// sentinel is how tableflip tells a process that it was started by an upgrade.
const sentinel = "TABLEFLIP_HAS_PARENT_7DIU3"

// hideInheritance keeps what is meant for this process from its children: a
// program started by it that uses tableflip too would believe the sentinel,
// and the two pipes are not close-on-exec.
func hideInheritance() {
	os.Unsetenv(sentinel)
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
}

func kill(pid int) { syscall.Kill(pid, syscall.SIGKILL) }

// askForStacks has a Go program print its goroutines and end.
func askForStacks(pid int) { syscall.Kill(pid, syscall.SIGQUIT) }

// runnable reports whether this user may execute the file.
func runnable(path string, _ fs.FileInfo) bool {
	const execute = 1 // X_OK of access(2)
	return syscall.Access(path, execute) == nil
}

// lockFile takes the lock of f for as long as anybody holds the open file.
func lockFile(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lockErr error
	err = raw.Control(func(fd uintptr) { lockErr = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB) })
	return errors.Join(err, lockErr)
}

func defaultSignals() Signals {
	return Signals{
		Upgrade: []os.Signal{syscall.SIGUSR2},
		Stop:    []os.Signal{syscall.SIGTERM, os.Interrupt},
		Reload:  []os.Signal{syscall.SIGHUP},
		Reopen:  []os.Signal{syscall.SIGUSR1},
	}
}
