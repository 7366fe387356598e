package loop

import (
	"slices"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// maxCanceled is how many builds in a row may be cancelled by newer changes.
const maxCanceled = 3

// Settings are what the configuration says about all this.
type Settings struct {
	Idle       bool // there is nothing to build: App runs by itself, and changes are for the rules only
	Rules      []Rule
	Post       []string // commands of the end, run one after the other while the program still does
	Rerun      bool     // start a program again that has ended by itself
	RerunDelay time.Duration
	Writes     bool // a build runs commands, which may write files
	Tests      bool // run the tests that a change may break
}

// State is everything that decisions depend on.
type State struct {
	Settings Settings

	Build    Build      // the build that runs, zero for none
	Pending  *Cause     // changes that the running build does not contain
	Anew     *Cause     // changes for which the program that was built last is to be started once more
	Built    *Candidate // a program that waits for the reload under way to end
	Reload   *Candidate // the reload under way
	Builds   int        // builds started so far
	Canceled int        // builds cancelled in a row
	Serving  int        // generation that serves, 0 for none
	Made     int        // programs published so far, also by builds that were cancelled too late
	Stale    bool       // the published program is not the one that serves
	Binary   string     // the program that was built last
	Rerun    Rerun
	Jobs     []Job // one for each rule
	Echo     Echo
	Tests    Tests
	Stop     Stop
	Post     Post
}

// Build is a build that runs.
type Build struct {
	Number   int // from 1
	Cause    Cause
	Canceled bool // asked to end
}

// Cause is why something is built: the changes since the last good reload.
type Cause struct {
	Files   []string
	First   time.Time // first event of them
	Settled time.Time // the set was complete
	Started time.Time // the build started
}

// Candidate is a program that was built.
type Candidate struct {
	Binary string
	Cause  Cause
	Built  time.Time
	Took   time.Duration // of the build, without what it waited for
	Asked  time.Time     // for the reload
	Made   int           // number of the program that the reload has started
	Rerun  bool          // it is no newer than what ran before
}

// Input is something that happened; exactly one field beside At is set.
type Input struct {
	At        time.Time
	Start     bool
	Tick      bool // State.due has come
	Changed   *Changed
	Built     *Built
	App       *app.Event
	Ran       *Ran
	Tested    *Tested
	Interrupt string // what asked for the stop
	Failure   string // a stage cannot go on: stop, with exit code 1
}

// Changed is a decision about changes.
type Changed struct {
	plan.Decision
	First   time.Time
	Refused *event.Event // why a changed configuration is of no use; nil if it is
}

// Built is the end of a build.
type Built struct {
	Number  int
	Outcome event.Outcome
	Binary  string
	Report  event.Build
	Message string // for Broken
	Hint    string
	Waited  time.Duration // for other builds, or for what has to run before the program
}

// Effect is something to do; exactly one field is set.
type Effect struct {
	StartBuild  int      // number
	CancelBuild bool     // end the running build; its Built follows
	Reload      string   // binary; App events follow
	Abort       bool     // call off the reload under way; its answer follows
	Run         *Task    // a command; its Ran follows
	KillTasks   bool     // end all commands that run; their Ran follow
	RunTests    []string // those that a change of these files may break; Tested follows
	CancelTests bool     // end the tests that run; their Tested follows
	StopApp     bool     // Stopped follows
	KillApp     bool     // Stopped follows
	Emit        *event.Event
	Exit        bool
}

// step is the whole of ginreload's behaviour.
func step(s State, in Input) (State, []Effect) {
	t := &transition{State: s, at: in.At}
	switch {
	case in.Start:
		if !t.Settings.Idle {
			t.pend(Cause{First: in.At, Settled: in.At})
		}
	case in.Changed != nil:
		t.changed(*in.Changed)
	case in.Built != nil:
		t.built(*in.Built)
	case in.App != nil:
		t.app(*in.App)
	case in.Ran != nil:
		t.ran(*in.Ran)
	case in.Tested != nil:
		t.tested(*in.Tested)
	case in.Interrupt != "":
		t.interrupt(in.Interrupt)
	case in.Failure != "":
		t.failure(in.Failure)
	}
	t.settle()
	return t.State, t.effects
}

// transition is one step under way.
type transition struct {
	State
	at      time.Time
	effects []Effect
}

func (t *transition) do(e Effect)        { t.effects = append(t.effects, e) }
func (t *transition) emit(e event.Event) { e.Time = t.at; t.do(Effect{Emit: &e}) }

// pend adds changes to those that wait for a build.
func (t *transition) pend(c Cause) {
	if t.Pending != nil {
		c = t.Pending.join(c)
	}
	t.Pending = &c
}

// join merges two causes; the later one is about to be built.
func (c Cause) join(later Cause) Cause {
	seen := make(map[string]bool)
	var files []string
	for _, list := range [][]string{later.Files, c.Files} {
		for _, f := range list {
			if !seen[f] {
				seen[f] = true
				files = append(files, f)
			}
		}
	}
	later.Files = files
	return later
}

func (t *transition) changed(c Changed) {
	if len(c.Reread) > 0 {
		t.reread(c)
	}
	for _, m := range c.Rules {
		t.matched(m)
	}
	if len(c.Files) > 0 || c.Action != plan.Ignore || len(c.Reread)+len(c.Rules)+len(c.Tests) == 0 {
		t.emit(event.Event{Kind: event.Changed, Files: c.Files, Action: string(c.Action), Why: c.Why})
	}
	for _, m := range c.Rules {
		t.hear(m.Files, c.First)
	}
	if c.Action == plan.Restart || c.Action == plan.Rebuild {
		t.hear(c.Files, c.First)
	}
	if len(c.Tests) > 0 {
		t.hear(c.Tests, c.First)
		t.emit(event.Event{Kind: event.Changed, Files: c.Tests, Action: "test"})
		t.test(c.Tests)
	}
	switch c.Action {
	case plan.Restart:
		t.Made++
		t.Stale = true
		if c.AsBuilt && t.Binary != "" {
			t.anew(c)
			return
		}
		t.rebuild(c)
	case plan.Rebuild:
		t.rebuild(c)
	}
}

func (t *transition) rebuild(c Changed) {
	if t.Settings.Idle {
		return
	}
	t.Rerun.Quick = 0
	t.test(c.Files)
	t.pend(Cause{Files: c.Files, First: c.First, Settled: t.at})
	if t.Build.Number != 0 && !t.Build.Canceled && t.Canceled < maxCanceled && !t.suspected() {
		t.Build.Canceled = true
		t.do(Effect{CancelBuild: true})
	}
}

// settle starts what can be started. It is the only place that does.
func (t *transition) settle() {
	if t.Stop != Running {
		t.conclude()
		return
	}
	wait := t.waits(t.at) && t.round()
	if t.Pending != nil && t.Build.Number == 0 && !wait {
		t.Builds++
		cause := *t.Pending
		cause.Started = t.at
		t.Build, t.Pending = Build{Number: t.Builds, Cause: cause}, nil
		t.emit(event.Event{Kind: event.BuildStarted, Files: cause.Files, Build: &event.Build{Number: t.Builds}})
		t.do(Effect{StartBuild: t.Builds})
	}
	if !wait {
		t.restart()
	}
	if t.Built != nil && t.Reload == nil {
		t.start(*t.Built)
		t.Built = nil
	}
	t.rerun()
	if !wait {
		t.runRules()
		t.runTests()
	}
}

// waits reports whether there are changes that something is to be started for.
func (s State) waits(at time.Time) bool {
	return (s.Pending != nil || s.Anew != nil) && s.Build.Number == 0 || s.testsDue() || slices.ContainsFunc(s.Jobs, func(j Job) bool { return j.due(at) })
}

func (t *transition) start(c Candidate) {
	c.Cause = t.renewed(c.Cause)
	c.Asked, c.Made = t.at, t.Made
	t.Reload, t.Rerun.Ended = &c, false
	t.do(Effect{Reload: c.Binary})
}

// due is when a Tick is wanted if nothing happens before, zero for never.
func (s State) due() time.Time {
	var first time.Time
	add := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	if s.Stop == Running {
		add(s.Rerun.At)
		if s.Echo.Broken {
			return first
		}
		if until := s.Echo.Until; !until.IsZero() && s.waits(until) {
			add(until)
			return first
		}
		for _, j := range s.Jobs {
			if !j.Running {
				add(j.Due)
			}
		}
	}
	add(s.Post.Patience)
	return first
}
