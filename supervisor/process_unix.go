//go:build unix

package supervisor

import (
	"os"
	"os/signal"
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

// notifySignals delivers the signals that Run acts on.
func notifySignals(upgrades, stops chan os.Signal) {
	signal.Notify(upgrades, syscall.SIGUSR2)
	signal.Notify(stops, syscall.SIGTERM, os.Interrupt)
}
