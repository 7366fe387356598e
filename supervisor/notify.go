package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notify tells the service manager, if there is one (sd_notify(3)).
func (s *Supervisor) notify(lines ...string) {
	if _, err := daemon.SdNotify(false, strings.Join(lines, "\n")); err != nil {
		s.log(slog.LevelWarn, "cannot notify the service manager", "socket", os.Getenv("NOTIFY_SOCKET"), "error", err)
	}
}

// announcement tells ginreload that SIGUSR2 is safe to send: the default action
// of a program without a supervisor is to die of it. Service managers skip
// fields that begin with X_.
const announcement = "X_GINRELOAD_SUPERVISOR=1"

func (s *Supervisor) notifyReady() {
	s.notify(daemon.SdNotifyReady, fmt.Sprintf("MAINPID=%d", os.Getpid()), s.status("serving"), announcement)
}

// notifyReloading starts what the service manager shows as a reload
// (Type=notify-reload wants the monotonic time with it).
func (s *Supervisor) notifyReloading() {
	lines := []string{daemon.SdNotifyReloading, s.status("starting the next generation")}
	if t := monotonicMicros(); t > 0 {
		lines = append(lines, fmt.Sprintf("MONOTONIC_USEC=%d", t))
	}
	s.notify(lines...)
}

// notifyFailed ends the reload with this process still in charge.
func (s *Supervisor) notifyFailed(err error) {
	lines := []string{daemon.SdNotifyReady, s.status("upgrade failed: " + oneLine(err.Error()))}
	var failed *UpgradeError
	if errors.As(err, &failed) && failed.Status != "" {
		lines = append(lines, "X_GINRELOAD_EXIT="+failed.Status)
	}
	s.notify(append(lines, "X_GINRELOAD_FAILED="+oneLine(err.Error()))...)
}

// notifyReplaced makes the next generation the main process. It is the old
// process that says so, since with NotifyAccess=main only it is heard.
func (s *Supervisor) notifyReplaced(pid, generation int) {
	s.notify(daemon.SdNotifyReady, fmt.Sprintf("MAINPID=%d", pid),
		fmt.Sprintf("STATUS=generation %d: serving", generation))
}

func (s *Supervisor) status(text string) string {
	return fmt.Sprintf("STATUS=generation %d: %s", s.generation, text)
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), 400)]
}

// store offers a new listener to the service manager's descriptor store, so
// that its queue outlives even a crash. systemd takes it only where
// FileDescriptorStoreMax= allows it, and drops it without a word elsewhere.
func (s *Supervisor) store(l *Listener) {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}
	state := "FDSTORE=1\nFDNAME=" + storeName(l.name)
	if err := notifyWithSocket(socket, state, l.socket); err != nil {
		s.log(slog.LevelWarn, "cannot store the listener with the service manager", "listener", l.name, "error", err)
	}
}

// stored reports whether somebody else holds the listeners when we are gone.
func stored() bool { return os.Getenv("NOTIFY_SOCKET") != "" }

func monotonicMicros() int64 { return int64(monotonic() / time.Microsecond) }
