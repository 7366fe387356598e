package proc

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// reapAfter is how long an adopted process may stay a zombie. Whoever has
// started a process itself collects it at once, so one that is still there
// then has nobody but us.
const reapAfter = time.Second

// Reap collects the orphans that this process has adopted and that nobody
// waits for, until ctx is done.
func Reap(ctx context.Context) {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	defer signal.Stop(ended)
	look := time.NewTimer(reapAfter)
	look.Stop()
	defer look.Stop()
	seen := map[int]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-ended:
			look.Reset(reapAfter)
		case <-look.C:
			seen = reapSeen(seen)
			if len(seen) > 0 {
				look.Reset(reapAfter)
			}
		}
	}
}

// reapSeen collects the zombies that were there before and returns the new ones.
func reapSeen(before map[int]bool) map[int]bool {
	now := map[int]bool{}
	for _, pid := range Children(os.Getpid()) {
		if stat(pid).state != "Z" {
			continue
		}
		if before[pid] {
			reap(pid)
		} else {
			now[pid] = true
		}
	}
	return now
}
