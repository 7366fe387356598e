package service

import (
	"fmt"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

// AtExit is the Ready of a command that is to end before others start.
const AtExit = "exit"

// Times of a command that has crashed.
const (
	soon         = 10 * time.Second       // a crash within it may be the start's fault: the pause grows
	leastPause   = 500 * time.Millisecond // before it is started again
	longestPause = 30 * time.Second
)

// rerun is the action of an event behind which another start is planned.
const rerun = "rerun"

// Settings of a command.
type Settings struct {
	Line  string        // for the shell
	Ready string        // an http(s) URL or host:port that answers then, or AtExit; "": as soon as it runs
	Grace time.Duration // between asking it to stop and killing it
}

// Phase is how far a command has come.
type Phase int

// Phases.
const (
	Waiting  Phase = iota // for its cue
	Running               // or being started
	Pausing               // until the next start, after a crash
	Finished              // it has ended well
	Stopping              // it was asked to end
	Killing
	Gone // nothing of it runs, or will
)

// State is everything that decisions about a command depend on.
type State struct {
	Settings Settings
	Phase    Phase
	Starts   int
	PID      int // 0: no process
	Quick    int // crashes in a row soon after the start, since the last edit
	Began    time.Time
	Due      time.Time // of the next start, or of the kill; zero: none
	Told     bool      // that it is ready
}

// Input is something that happened; exactly one field beside At is set.
type Input struct {
	At       time.Time
	May      bool       // all that it waits for is ready
	PID      int        // it runs
	Failed   string     // it could not be started
	Answered bool       // what Ready names does
	Ended    *proc.Exit // nothing of its group runs any more
	Edited   bool       // some file was
	Stop     bool
	Kill     bool
	Tick     bool // State.Due has come
}

// Effect is something to do; exactly one field is set.
type Effect struct {
	Start bool // PID or Failed follows at once, Ended some time after PID
	Probe bool // Answered follows some time, unless it is forgotten
	Ready bool // tell the others
	Ask   bool // the group to end
	Kill  bool // the group
	Exit  bool
	Emit  *event.Event
}

// step is the whole behaviour of a command.
func step(s State, in Input) (State, []Effect) {
	t := &transition{State: s, at: in.At}
	switch {
	case in.May:
		if t.Phase == Waiting {
			t.start()
		}
	case in.PID != 0:
		t.started(in.PID)
	case in.Failed != "":
		t.crashed(event.Event{Kind: event.CommandEnded, Message: in.Failed})
	case in.Answered:
		t.answered()
	case in.Ended != nil:
		t.ended(*in.Ended)
	case in.Edited:
		t.Quick = 0
		if t.Phase == Pausing {
			t.start()
		}
	case in.Stop:
		t.stop()
	case in.Kill:
		t.kill()
	case in.Tick && !t.Due.IsZero() && !t.at.Before(t.Due):
		t.due()
	}
	return t.State, t.effects
}

// transition is one step under way.
type transition struct {
	State
	at      time.Time
	effects []Effect
}

func (t *transition) do(e Effect) { t.effects = append(t.effects, e) }

func (t *transition) emit(e event.Event) {
	e.Time, e.Generation = t.at, t.Starts
	if e.Kind == event.CommandBegun || e.Kind == event.CommandEnded {
		run := event.Run{Role: "service", Line: t.Settings.Line}
		if e.Kind == event.CommandEnded {
			run.Millis = millis(t.at.Sub(t.Began))
		}
		e.Command = &run
	}
	t.do(Effect{Emit: &e})
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (t *transition) start() {
	t.Phase, t.Began, t.Due = Running, t.at, time.Time{}
	t.Starts++
	t.do(Effect{Start: true})
}

func (t *transition) started(pid int) {
	t.PID = pid
	t.emit(event.Event{Kind: event.CommandBegun, PID: pid})
	switch {
	case t.Settings.Ready == "":
		t.ready()
	case t.Settings.Ready != AtExit && !t.Told:
		t.do(Effect{Probe: true})
	}
}

func (t *transition) ready() {
	if !t.Told {
		t.Told = true
		t.do(Effect{Ready: true})
	}
}

// answered may come after a good end: `docker compose up -d` leaves behind what
// answers.
func (t *transition) answered() {
	if t.Told || t.Phase != Running && t.Phase != Finished {
		return
	}
	t.emit(event.Event{Kind: event.Notice, Level: event.Info, PID: t.PID,
		Message: fmt.Sprintf("ready in %v: %s answers", t.at.Sub(t.Began).Round(time.Millisecond), t.Settings.Ready)})
	t.ready()
}

func (t *transition) ended(exit proc.Exit) {
	e := event.Event{Kind: event.CommandEnded, PID: t.PID}
	t.PID = 0
	switch {
	case t.Phase != Running: // a stop was asked for
		t.emit(e)
		t.gone()
	case exit.OK():
		t.Phase, e.Exit = Finished, &event.Exit{}
		t.emit(e)
		if t.Settings.Ready == AtExit {
			t.ready()
		}
	default:
		e.Exit = &event.Exit{Code: exit.Code, Signal: exit.Signal}
		t.crashed(e)
	}
}

// crashed plans another start; e is about to tell.
func (t *transition) crashed(e event.Event) {
	t.Quick++
	if t.at.Sub(t.Began) >= soon {
		t.Quick = 1
	}
	pause := leastPause
	for range t.Quick - 1 {
		pause = min(2*pause, longestPause)
	}
	t.Phase, t.Due = Pausing, t.at.Add(pause)
	e.Action, e.Why = rerun, fmt.Sprintf("in %v", pause)
	t.emit(e)
}

func (t *transition) stop() {
	switch t.Phase {
	case Waiting, Pausing, Finished:
		t.gone()
	case Running:
		t.Phase, t.Due = Stopping, t.at.Add(t.Settings.Grace)
		t.do(Effect{Ask: true})
	}
}

func (t *transition) kill() {
	switch t.Phase {
	case Waiting, Pausing, Finished:
		t.gone()
	case Running, Stopping:
		t.Phase, t.Due = Killing, time.Time{}
		t.do(Effect{Kill: true})
	}
}

func (t *transition) due() {
	if t.Phase == Pausing {
		t.start()
		return
	}
	t.emit(event.Event{Kind: event.Notice, Level: event.Warn, PID: t.PID,
		Message: fmt.Sprintf("it did not stop within %v and is killed", t.Settings.Grace)})
	t.kill()
}

func (t *transition) gone() {
	t.Phase, t.Due = Gone, time.Time{}
	t.do(Effect{Exit: true})
}
