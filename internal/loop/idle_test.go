package loop

import (
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// idleKinds are those of the events among effects; anything else is an error.
func idleKinds(t *testing.T, effects []Effect) (kinds []event.Kind) {
	t.Helper()
	for _, e := range effects {
		switch {
		case e.Emit != nil:
			kinds = append(kinds, e.Emit.Kind)
		case e.Run == nil && !e.KillTasks && !e.StopApp && !e.Exit:
			t.Errorf("a loop with nothing to build wants %+v", e)
		}
	}
	return kinds
}

func TestIdleLoopBuildsNothing(t *testing.T) {
	t.Parallel()
	s := State{Settings: Settings{Idle: true, Rules: []Rule{{Name: "css"}}}, Jobs: make([]Job, 1)}
	var effects []Effect
	input := func(in Input) []event.Kind {
		in.At = time.Unix(1000, 0)
		s, effects = step(s, in)
		return idleKinds(t, effects)
	}
	input(Input{Start: true})
	for _, action := range []plan.Action{plan.Rebuild, plan.Restart, plan.Ignore} {
		if got := input(Input{Changed: &Changed{Decision: plan.Decision{Action: action, Files: []string{"a.go"}}}}); len(got) != 1 || got[0] != event.Changed {
			t.Errorf("%s: told %v", action, got)
		}
	}
	if got := input(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Ignore, Rules: []plan.Match{{}}}}}); len(got) != 2 || got[1] != event.CommandBegun {
		t.Errorf("a rule: told %v", got)
	}
	input(Input{Interrupt: "interrupt"})
	if s.Stop != Stopping {
		t.Errorf("after an interrupt: %+v", s)
	}
	if got := input(Input{Built: nil, Tick: true}); len(got) != 0 {
		t.Errorf("told %v", got)
	}
}

func TestWaitingIsNoPartOfTheBuild(t *testing.T) {
	t.Parallel()
	s := State{}
	at := time.Unix(1000, 0)
	input := func(after time.Duration, in Input) {
		at = at.Add(after)
		in.At = at
		s, _ = step(s, in)
	}
	input(0, Input{Start: true})
	input(5*time.Second, Input{Built: &Built{Number: 1, Outcome: event.Built, Binary: "app", Waited: 3 * time.Second}})
	got := timings(*s.Reload, time.Second, at.Add(time.Second))
	if got.Build != 2000 || got.Waiting != 3000 || got.Ready != 1000 || got.Total != 6000 {
		t.Errorf("%+v", got)
	}
}
