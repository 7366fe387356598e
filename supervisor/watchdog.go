package supervisor

import (
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// watchdog is that of the service manager (WatchdogSec=, sd_watchdog_enabled(3)).
type watchdog struct {
	interval time.Duration // 0 for none; written by New
	ours     atomic.Bool   // the service manager hears this process, as the main one
}

// findWatchdog reads what the service manager expects of this process.
func (s *Supervisor) findWatchdog() {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		s.log(slog.LevelWarn, "the watchdog of the service manager gets no answer", "error", err)
	}
	if interval > 0 {
		// The variable names the first process. Without it each next generation
		// finds the watchdog to be its own.
		os.Unsetenv("WATCHDOG_PID")
	}
	s.watchdog.interval = interval
}

// ping answers the watchdog twice per interval while this process is the main
// one. READY goes with an answer, so that a hand-over takes nothing of the
// interval. It ends with Run.
func (s *Supervisor) ping() {
	again := time.NewTicker(s.watchdog.interval / 2)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			if s.watchdog.ours.Load() {
				s.notify(daemon.SdNotifyWatchdog)
			}
		case <-s.finished:
			return
		}
	}
}

// readyLines are those of every READY. main is whether this process is the main
// one from here on.
func (s *Supervisor) readyLines(main bool) []string {
	s.watchdog.ours.Store(main)
	if s.watchdog.interval == 0 {
		return []string{daemon.SdNotifyReady}
	}
	return []string{daemon.SdNotifyReady, daemon.SdNotifyWatchdog}
}
