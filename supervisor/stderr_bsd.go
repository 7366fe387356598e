//go:build unix && !linux

package supervisor

import (
	"os"
	"syscall"
)

func dup2(from, to int) error { return os.NewSyscallError("dup2", syscall.Dup2(from, to)) }
