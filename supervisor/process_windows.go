package supervisor

import (
	"os"
	"os/signal"
	"syscall"
)

func hideInheritance() {}

func kill(int) {}

func notifySignals(_, stops chan os.Signal) { signal.Notify(stops, os.Interrupt, syscall.SIGTERM) }
