package loop

import (
	"slices"

	"github.com/ginreload/ginreload/internal/event"
)

// Tests is how far the tests have come.
type Tests struct {
	Files    []string // changed, and no run that has come to its end has tested them
	Running  []string // files of the run under way, nil for none
	Canceled bool     // that was asked to end
	Unbuilt  bool     // the program does not compile: its tests would only say so again
}

// Tested is the end of a run of tests.
type Tested struct {
	Report  event.Tests
	Message string // if they could not be run
}

// test notes changes that tests have to be run for. A run under way tests what
// is not there any more.
func (t *transition) test(files []string) {
	if !t.Settings.Tests || len(files) == 0 {
		return
	}
	t.Tests.Files = union(t.Tests.Files, files)
	t.cancelTests()
}

func (t *transition) cancelTests() {
	if t.Tests.Running != nil && !t.Tests.Canceled {
		t.Tests.Canceled = true
		t.do(Effect{CancelTests: true})
	}
}

// runTests starts the tests once the new code answers: they take the processor
// from what the user waits for.
func (t *transition) runTests() {
	if !t.testsDue() {
		return
	}
	s := &t.Tests
	s.Running, s.Files = s.Files, nil
	t.emit(event.Event{Kind: event.TestsStarted, Files: s.Running})
	t.do(Effect{RunTests: s.Running})
}

func (s State) testsDue() bool {
	return len(s.Tests.Files) > 0 && s.Tests.Running == nil && !s.Tests.Unbuilt &&
		s.Build.Number == 0 && s.Pending == nil && s.Anew == nil && s.Built == nil && s.Reload == nil
}

func (t *transition) tested(r Tested) {
	s := &t.Tests
	e := event.Event{Kind: event.TestsFinished, Files: s.Running, Tests: &r.Report, Message: r.Message}
	if s.Canceled {
		e.Tests, e.Message = &event.Tests{Outcome: event.TestsCanceled, Millis: r.Report.Millis}, ""
		s.Files = union(s.Running, s.Files)
	}
	s.Running, s.Canceled = nil, false
	t.Echo.Ended = t.at
	t.emit(e)
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}
