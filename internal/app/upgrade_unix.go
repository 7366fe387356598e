//go:build unix

package app

import (
	"os"
	"syscall"
)

var upgradeSignal os.Signal = syscall.SIGUSR2
