package supervisor

import (
	"log/slog"
	"time"
)

// Event is one step in the life of a Supervisor, as Options.OnEvent, the log
// and the status get it.
type Event struct {
	Time       time.Time
	Kind       EventKind
	Generation int           // of the process that reports it
	PID        int           // of the other process that it is about, 0 for none
	Took       time.Duration // of the phase that ends with it, 0 if none does
	Err        error         // why something did not happen
	Text       string        // details for a reader, "" for none
}

// EventKind names a step. The texts are stable.
type EventKind string

// The steps of a process, in the order in which they come.
const (
	EventServing  EventKind = "serving"        // this process accepts connections
	EventTookOver EventKind = "took over"      // it does, because the process before it was killed in the middle of the upgrade
	EventReloaded EventKind = "reloaded"       // SIGHUP was acted upon; Err if the hook failed
	EventReopened EventKind = "reopened"       // the same for SIGUSR1
	EventStopping EventKind = "stopping"       // a stop was asked for
	EventDraining EventKind = "draining"       // no new connection is accepted
	EventDrained  EventKind = "drained"        // nothing is left; Took since EventDraining
	EventCut      EventKind = "cut"            // the same, but what was left had to be closed; Err is a *CutError
	EventQueued   EventKind = "upgrade queued" // an upgrade waits for the one under way
	EventRefused  EventKind = "upgrade refused"

	EventBegun       EventKind = "upgrade begun"
	EventChecked     EventKind = "binary checked" // the pre-flight passed; Took
	EventStarted     EventKind = "started"        // the new process runs; Took for the wait for an older generation to leave
	EventState       EventKind = "state received" // the new process has taken what Text names
	EventPrepared    EventKind = "prepared"       // it is ready to serve; Took since EventStarted
	EventProbed      EventKind = "probed"         // it has answered as it should; Took
	EventCommitted   EventKind = "committed"      // it may accept; Took for the probation
	EventReplaced    EventKind = "replaced"       // it accepts, and this process does no more; Took since EventBegun
	EventFailed      EventKind = "upgrade failed" // this process serves on; Err is an *UpgradeError
	EventTookUpAgain EventKind = "took up again"  // the new process died after EventReplaced, this one serves again
)

func (k EventKind) level() slog.Level {
	switch k {
	case EventTookUpAgain:
		return slog.LevelError
	case EventTookOver, EventCut, EventRefused, EventFailed:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// emit publishes e: it completes it, logs it and passes it to whoever listens.
func (s *Supervisor) emit(e Event) {
	e.Time, e.Generation = time.Now(), s.generation
	level, args := e.Kind.level(), []any{}
	if e.Text != "" {
		args = append(args, "detail", e.Text)
	}
	if e.PID != 0 {
		args = append(args, "pid", e.PID)
	}
	if e.Took != 0 {
		args = append(args, "took", e.Took)
	}
	if e.Err != nil {
		level = max(level, slog.LevelWarn)
		args = append(args, "error", e.Err)
	}
	s.log(level, string(e.Kind), args...)
	s.journal.record(e)
	if s.opts.OnEvent != nil {
		s.events.Lock()
		defer s.events.Unlock()
		s.opts.OnEvent(e)
	}
}
