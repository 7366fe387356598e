package loop

import (
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/proc"
)

func rerunning(t *testing.T, delay time.Duration) *world {
	w := worldWith(t, Settings{Rerun: true, RerunDelay: delay})
	w.step(Input{Start: true})
	w.built(event.Built)
	w.app(app.Ready)
	return w
}

// pauses ends the program n times, after it has lived for so long, and returns
// how long it takes each time until it is started again.
func (w *world) pauses(n int, life time.Duration, exit proc.Exit) []time.Duration {
	var pauses []time.Duration
	for range n {
		w.step(Input{App: &app.Event{Kind: app.Starting}})
		w.now = w.now.Add(life)
		w.serving, w.current, w.died = 0, 0, true
		w.step(Input{App: &app.Event{Kind: app.Exited, Exit: exit}})
		ended := w.now
		if w.reloading == 0 {
			w.wait()
		}
		pauses = append(pauses, w.now.Sub(ended).Round(5*time.Millisecond))
		if w.reloading == 0 {
			w.t.Fatal("not started again")
		}
		w.app(app.Ready)
	}
	return pauses
}

func TestProgramIsStartedAgainAfterAPause(t *testing.T) {
	second, ms := time.Second, time.Millisecond
	failure, success := proc.Exit{Code: 1, Known: true}, proc.Exit{Known: true}
	for _, c := range []struct {
		name  string
		delay time.Duration
		life  time.Duration
		exit  proc.Exit
		want  []time.Duration
	}{
		{"it has worked for a while", 500 * ms, time.Minute, failure, []time.Duration{500 * ms, 500 * ms, 500 * ms}},
		{"without a delay", 0, time.Minute, failure, []time.Duration{0, 0}},
		{"it fails at once", 500 * ms, 10 * ms, failure,
			[]time.Duration{500 * ms, second, 2 * second, 4 * second, 8 * second, 16 * second, 30 * second, 30 * second}},
		{"it fails at once, without a delay", 0, 10 * ms, failure, []time.Duration{100 * ms, 200 * ms, 400 * ms}},
		{"a longer delay than the longest pause", time.Minute, 10 * ms, failure, []time.Duration{time.Minute, time.Minute}},
		{"it is done at once", 500 * ms, 10 * ms, success, []time.Duration{500 * ms, 500 * ms, 500 * ms}},
		{"it is done at once, without a delay", 0, 10 * ms, success, []time.Duration{100 * ms, 100 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, got := range rerunning(t, c.delay).pauses(len(c.want), c.life, c.exit) {
				if got != c.want[i] {
					t.Errorf("pause %d is %v, want %v", i+1, got, c.want[i])
				}
			}
		})
	}
}

func TestEditEndsThePauseAndItsGrowth(t *testing.T) {
	w := rerunning(t, time.Second)
	failure := proc.Exit{Code: 1, Known: true}
	w.pauses(3, 0, failure)
	w.app(app.Exited)
	w.save(plan.Rebuild)
	if due := w.state.due(); !due.IsZero() {
		t.Fatalf("something is still due at %v", due)
	}
	w.built(event.Built)
	if w.reloading != w.change {
		t.Fatal("the edit is not started at once")
	}
	w.app(app.Ready)
	if got := w.pauses(1, 0, failure)[0]; got != time.Second {
		t.Errorf("the first pause after the edit is %v", got)
	}
}

func TestFailedBuildDoesNotEndTheReruns(t *testing.T) {
	w := rerunning(t, time.Second)
	w.save(plan.Rebuild)
	w.app(app.Exited)
	if !w.state.Rerun.At.IsZero() {
		t.Fatal("planned beside a build")
	}
	w.built(event.Failed)
	w.wait()
	if w.reloading != 1 {
		t.Fatal("the version before is not started again")
	}
}

func TestWithoutRerunAProgramThatEndedStaysDown(t *testing.T) {
	w := served(t)
	w.app(app.Exited)
	if due := w.state.due(); !due.IsZero() {
		t.Fatal("something is due")
	}
}

func TestStartThatIsImpossibleIsNotRepeated(t *testing.T) {
	w := worldWith(t, Settings{Rerun: true})
	w.step(Input{Start: true})
	w.built(event.Built)
	w.reloading = 0
	w.step(Input{App: &app.Event{Kind: app.Failed, Generation: 1, Message: "no such file"}})
	if due := w.state.due(); !due.IsZero() || w.reloading != 0 {
		t.Fatal("it is")
	}
}

func TestNothingIsStartedAgainAfterAStop(t *testing.T) {
	w := rerunning(t, time.Second)
	w.app(app.Exited)
	w.step(Input{Interrupt: "interrupt"})
	if due := w.state.due(); !due.IsZero() {
		t.Fatal("something is due")
	}
	w.app(app.Stopped)
	if !w.exited {
		t.Fatal("no exit")
	}
}

// The environment of a program is read when it starts; that of one that is being
// started may be the one before the change.
func TestEnvironmentIsPickedUpThoughTheBinaryIsTheSame(t *testing.T) {
	w := served(t)
	w.save(plan.Restart)
	w.built(event.Same)
	if w.reloading == 0 {
		t.Fatal("not restarted")
	}
	w.save(plan.Restart)
	w.built(event.Same)
	if !w.aborted {
		t.Fatal("what starts with the environment before goes on")
	}
	w.app(app.Failed)
	w.app(app.Ready)
	if w.living != w.env {
		t.Fatal("the environment before is in use")
	}
}
