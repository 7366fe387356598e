package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
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
	s.notify(append(s.readyLines(true), fmt.Sprintf("MAINPID=%d", os.Getpid()), s.status("serving"), announcement)...)
}

// notifyTookUp says that this process is the main one again.
func (s *Supervisor) notifyTookUp() {
	s.notify(append(s.readyLines(true), fmt.Sprintf("MAINPID=%d", os.Getpid()),
		s.status("the new process died; serving again"))...)
}

// notifyStarting asks the service manager for the time that a process may take
// until it is prepared.
func (s *Supervisor) notifyStarting() { s.notify(s.status("starting"), extend(s.opts.ReadyTimeout)) }

// notifyStopping begins a real stop, and never ends an upgrade: since version
// 259 systemd hears nothing of READY after it.
func (s *Supervisor) notifyStopping() {
	s.notify(daemon.SdNotifyStopping, s.status("stopping"), extend(s.opts.StopDelay+s.opts.DrainTimeout))
}

// extend makes the service manager wait for that long, and a little more for
// what is not counted, if its own limit (TimeoutStartSec=, TimeoutStopSec=)
// comes sooner.
func extend(d time.Duration) string {
	return fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", (d + 5*time.Second).Microseconds())
}

// notifyReloading starts what the service manager shows as a reload
// (Type=notify-reload wants the monotonic time with it).
func (s *Supervisor) notifyReloading() {
	// An older generation may have to leave first.
	lines := []string{daemon.SdNotifyReloading, s.status("starting the next generation"), extend(s.opts.DrainTimeout + s.opts.ReadyTimeout)}
	if t := monotonicMicros(); t > 0 {
		lines = append(lines, fmt.Sprintf("MONOTONIC_USEC=%d", t))
	}
	s.notify(lines...)
}

// notifyFailed ends the reload with this process still in charge.
func (s *Supervisor) notifyFailed(err error) {
	lines := append(s.readyLines(true), s.status("upgrade failed: "+oneLine(err.Error())))
	var failed *UpgradeError
	if errors.As(err, &failed) && failed.Status != "" {
		lines = append(lines, "X_GINRELOAD_EXIT="+failed.Status)
	}
	s.notify(append(lines, "X_GINRELOAD_FAILED="+oneLine(err.Error()))...)
}

// notifyReplaced makes the next generation the main process. It is the old
// process that says so, since with NotifyAccess=main only it is heard.
// asked is what that one was told to do in place of this one: whoever signals
// the main process has to tell it again otherwise, as this one acts on no signal
// any more.
func (s *Supervisor) notifyReplaced(pid, generation int, asked string) {
	lines := append(s.readyLines(false), fmt.Sprintf("MAINPID=%d", pid), fmt.Sprintf("STATUS=generation %d: serving", generation))
	if asked != "" {
		lines = append(lines, "X_GINRELOAD_ASKED="+asked)
	}
	s.notify(lines...)
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

// unstore takes listeners out of the descriptor store that this program has no
// use for any more: it would be given them after a crash, and until then their
// clients would wait in a queue that nobody serves.
func (s *Supervisor) unstore(names []string) {
	for _, name := range names {
		s.notify("FDSTOREREMOVE=1", "FDNAME="+storeName(name))
	}
}

// stored reports whether the service manager holds the listeners when we are
// gone. Since version 254 systemd says in FDSTORE how many descriptors it takes
// (systemd.exec(5)), as ginreload does; of an older one that is not known. What
// it has given us it holds in any case.
func stored() bool {
	room, err := strconv.Atoi(os.Getenv("FDSTORE"))
	return err == nil && room > 0 && os.Getenv("NOTIFY_SOCKET") != ""
}

func monotonicMicros() int64 { return int64(monotonic() / time.Microsecond) }
