package loop

import (
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

// app deals with what the program does.
func (t *transition) app(e app.Event) {
	t.Serving = e.Serving
	out := event.Event{
		Generation: e.Generation, PID: e.PID, Serving: e.Serving,
		Handoff: string(e.Handoff), Why: e.Why, Message: e.Message, Hint: e.Hint, Exit: exit(e.Exit),
	}
	switch e.Kind {
	case app.Starting:
		out.Kind = event.AppStarting
		t.Rerun.Began = t.at
		t.emit(out)
	case app.Ready:
		t.Echo.Ended = t.at
		out.Kind, out.Addresses = event.Reloaded, e.Addresses
		if t.Reload != nil {
			t.Stale = t.Reload.Made != t.Made
			if t.Reload.Rerun {
				out.Action = rerun
			} else {
				out.Files, out.Timings = t.Reload.Cause.Files, timings(*t.Reload, e.Took, t.at)
			}
		}
		t.Reload, t.Rerun.Ended = nil, false
		t.emit(out)
	case app.Failed:
		t.failed(e, out)
	case app.Exited:
		out.Kind = event.AppExited
		t.ended(e, &out)
		t.emit(out)
	case app.Gone:
		out.Kind = event.AppGone
		t.emit(out)
	case app.Notice:
		out.Kind, out.Level = event.Notice, event.Warn
		t.emit(out)
	case app.Advice:
		out.Kind, out.Level = event.Notice, event.Info
		t.emit(out)
	case app.Stopped:
		t.stopped()
	}
}

func (t *transition) failed(e app.Event, out event.Event) {
	failed := t.Reload
	t.Reload, t.Echo.Ended = nil, t.at
	if e.Superseded {
		if t.Built != nil && failed != nil {
			t.Built.Cause = failed.Cause.join(t.Built.Cause)
		}
		t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Generation: e.Generation, Message: "a newer build is ready, the start of this one was called off"})
		return
	}
	t.Stale = true
	out.Kind = event.ReloadFailed
	if e.PID != 0 {
		t.ended(e, &out)
	}
	t.emit(out)
}

func timings(c Candidate, ready time.Duration, at time.Time) *event.Timings {
	ms := func(d time.Duration) float64 { return float64(max(d, 0)) / float64(time.Millisecond) }
	return &event.Timings{
		Total:   ms(at.Sub(c.Cause.First)),
		Settle:  ms(c.Cause.Settled.Sub(c.Cause.First)),
		Build:   ms(c.Took),
		Ready:   ms(ready),
		Waiting: ms(c.Built.Sub(c.Cause.Settled) - c.Took + at.Sub(c.Built) - ready),
	}
}

func exit(e proc.Exit) *event.Exit {
	if !e.Known {
		return nil
	}
	return &event.Exit{Code: e.Code, Signal: e.Signal}
}
