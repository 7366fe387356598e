package loop

import (
	"fmt"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
)

// rerun is the action of events about a program that is started again because
// it has ended.
const rerun = "rerun"

// Times of a rerun.
const (
	soon         = time.Second            // who ends within it has ended at once
	leastPause   = 100 * time.Millisecond // before such a program is started again
	longestPause = 30 * time.Second       // to which the pause grows
)

// Rerun is what there is to know in order to start a program again that ends
// by itself.
type Rerun struct {
	Began time.Time // the last start
	Ended bool      // by itself, and nothing has been started since
	Quick int       // how often in a row it has ended at once, since the last edit
	OK    bool      // the last time with exit code 0
	At    time.Time // of the next start, zero: none is planned
}

// ended notes that the program has ended by itself; out is about to tell so.
func (t *transition) ended(e app.Event, out *event.Event) {
	if e.Serving != 0 {
		return
	}
	r := &t.Rerun
	r.Ended, r.OK = true, e.Exit.OK()
	r.Quick++
	if t.at.Sub(r.Began) >= soon {
		r.Quick = 0
	}
	if t.reruns() {
		r.At = t.at.Add(t.pause())
		out.Action, out.Why = rerun, fmt.Sprintf("in %v", t.pause())
	}
}

// reruns reports whether the program is to be started again: not while a build
// may bring a newer one.
func (t *transition) reruns() bool {
	return t.Settings.Rerun && t.Rerun.Ended && t.Stop == Running && t.Binary != "" &&
		t.Build.Number == 0 && (t.Pending == nil && t.Anew == nil || t.Echo.Broken) && t.Built == nil && t.Reload == nil
}

// pause is how long it takes until then. It doubles with each failure at once.
func (t *transition) pause() time.Duration {
	pause := t.Settings.RerunDelay
	if t.Rerun.Quick == 0 {
		return pause
	}
	pause = max(pause, leastPause)
	for range t.Rerun.Quick - 1 {
		if t.Rerun.OK || pause >= longestPause {
			break
		}
		pause = min(2*pause, longestPause)
	}
	return pause
}

// rerun starts the program again when it is time.
func (t *transition) rerun() {
	r := &t.Rerun
	if !t.reruns() {
		r.At = time.Time{}
		return
	}
	if r.At.IsZero() {
		r.At = t.at.Add(t.pause())
	}
	if t.at.Before(r.At) {
		return
	}
	r.At = time.Time{}
	t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Message: "the program has ended and is started again"})
	t.start(Candidate{Binary: t.Binary, Rerun: true})
}
