package loop

import (
	"fmt"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// world carries effects out on paper and keeps the books that the invariants
// are about. A version is the number of the last change.
type world struct {
	t         testing.TB
	state     State
	now       time.Time
	change    int  // last change
	building  int  // version that the running build contains, 0 for no build
	number    int  // of the running build
	doomed    bool // the build was told to end
	canceled  int  // in a row
	published int  // version of the binary on disk
	reloading int  // version under way, 0 for none
	serving   int  // version that serves, 0 for none
	started   int  // version of the last build that was started
	gen       int  // generations so far
	current   int  // generation that serves
	aborted   bool
	stopping  bool
	exited    bool
}

func newWorld(t testing.TB) *world {
	return &world{t: t, now: time.Unix(1000, 0), change: 1}
}

func (w *world) step(in Input) {
	w.t.Helper()
	w.now = w.now.Add(time.Millisecond)
	in.At = w.now
	var effects []Effect
	w.state, effects = step(w.state, in)
	emitted := 0
	for _, e := range effects {
		switch {
		case e.Emit != nil:
			emitted++
		case e.StartBuild != 0:
			if w.building != 0 {
				w.t.Fatal("two builds at once")
			}
			if w.stopping {
				w.t.Fatal("a build starts during the stop")
			}
			w.building, w.number, w.doomed, w.started = w.change, e.StartBuild, false, w.change
		case e.CancelBuild:
			if w.building == 0 || w.doomed {
				w.t.Fatal("cancels a build that does not run")
			}
			w.doomed = true
		case e.Reload != "":
			if w.reloading != 0 || w.stopping {
				w.t.Fatal("reloads during a reload or a stop")
			}
			w.reloading, w.aborted = w.published, false
		case e.Abort:
			w.aborted = true
		case e.StopApp, e.KillApp:
			w.stopping = true
		case e.Exit:
			w.exited = true
		}
	}
	if emitted == 0 {
		w.t.Fatalf("no event for %+v", in)
	}
	if w.canceled > maxCanceled {
		w.t.Fatalf("%d builds cancelled in a row", w.canceled)
	}
}

func (w *world) save(action plan.Action) {
	if action == plan.Rebuild {
		w.change++
	}
	w.step(Input{Changed: &Changed{plan.Decision{Action: action, Files: []string{fmt.Sprint(w.change, ".go")}}, w.now}})
}

// built ends the build. A doomed one may still have come to anything.
func (w *world) built(outcome event.Outcome) {
	if w.building == 0 {
		return
	}
	switch {
	case w.doomed && outcome != event.Built:
		outcome = event.Canceled
	case outcome == event.Canceled:
		return
	case outcome == event.Same && w.published == 0:
		outcome = event.Built
	}
	version := w.building
	if outcome == event.Built {
		w.published = version
	}
	if w.doomed && !w.stopping {
		w.canceled++
	} else if !w.doomed {
		w.canceled = 0
	}
	w.building = 0
	w.step(Input{Built: &Built{Number: w.number, Outcome: outcome, Binary: "bin"}})
}

func (w *world) app(kind app.Kind) {
	e := app.Event{Kind: kind, Serving: w.current}
	switch kind {
	case app.Ready, app.Failed:
		if w.reloading == 0 {
			return
		}
		w.gen++
		e.Generation = w.gen
		if kind == app.Ready {
			w.serving, w.current = w.reloading, w.gen
		} else {
			e.Superseded = w.aborted
		}
		w.reloading = 0
	case app.Exited:
		if w.serving == 0 {
			return
		}
		w.serving, w.current = 0, 0
	case app.Stopped:
		if !w.stopping || w.exited {
			return
		}
		w.serving, w.current, w.reloading = 0, 0, 0
	}
	e.Serving = w.current
	w.step(Input{App: &e})
}

// rest lets everything that runs come to a good end.
func (w *world) rest() {
	for i := 0; w.building != 0 || w.reloading != 0; i++ {
		if i > 100 {
			w.t.Fatal("does not come to rest")
		}
		w.built(event.Built)
		w.app(app.Ready)
	}
}

// FuzzLoop plays any sequence of inputs and then checks what must be true.
func FuzzLoop(f *testing.F) {
	f.Add([]byte{0, 1, 9, 0, 0, 1, 9})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 9})
	f.Add([]byte{1, 9, 0, 2, 0, 1, 10, 0, 3, 11})
	f.Add([]byte{1, 0, 1, 0, 1, 12, 0, 12, 13})
	f.Add([]byte("1010012"))
	f.Add([]byte("1001ZC"))
	f.Fuzz(func(t *testing.T, script []byte) {
		w := newWorld(t)
		w.step(Input{Start: true})
		for _, b := range script {
			if w.exited {
				return
			}
			switch b % 16 {
			case 0, 4, 8:
				w.save(plan.Rebuild)
			case 5:
				w.save(plan.Ignore)
			case 6:
				w.save(plan.Reread)
			case 1, 7:
				w.built(event.Built)
			case 2:
				w.built(event.Failed)
			case 3:
				w.built(event.Same)
			case 9:
				w.app(app.Ready)
			case 10:
				w.app(app.Failed)
			case 11:
				w.app(app.Exited)
			case 12:
				w.built(event.Canceled)
			case 13:
				w.app(app.Notice)
			case 14:
				w.app(app.Gone)
			case 15:
				if b == 255 {
					w.step(Input{Interrupt: "test"})
				} else {
					w.built(event.Broken)
				}
			}
		}
		w.check()
	})
}

func (w *world) check() {
	if !w.stopping {
		w.rest()
		if w.started != w.change {
			w.t.Fatalf("change %d is in no build; the last one has %d", w.change, w.started)
		}
		if w.serving != 0 && w.serving != w.published && !w.state.Stale {
			w.t.Fatalf("version %d serves, %d is published, and nobody knows", w.serving, w.published)
		}
	}
	w.step(Input{Interrupt: "end"})
	w.step(Input{Interrupt: "end"})
	w.built(event.Canceled)
	if !w.exited {
		w.app(app.Stopped)
	}
	if !w.exited {
		w.t.Fatal("a stop does not lead to the exit")
	}
}
