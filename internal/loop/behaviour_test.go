package loop

import (
	"slices"
	"testing"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

func TestConstantSavingDoesNotStarveTheReload(t *testing.T) {
	w := newWorld(t)
	w.step(Input{Start: true})
	for range 50 {
		w.save(plan.Rebuild)
		if w.doomed {
			w.built(event.Canceled)
		}
	}
	if w.canceled != 0 && !slices.Contains([]int{1, 2, 3}, w.canceled) {
		t.Fatalf("%d cancelled in a row", w.canceled)
	}
	if w.building == 0 || w.doomed || w.state.Canceled != maxCanceled {
		t.Fatalf("after many saves no build is let through: %+v", w.state)
	}
	w.built(event.Built)
	if w.reloading == 0 {
		t.Fatal("the build that was let through is not reloaded")
	}
	if w.building != w.change {
		t.Fatal("the saves since then are not being built")
	}
}

func TestFailedBuildLeavesTheProgramAlone(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.built(event.Failed)
	if w.reloading != 0 || w.stopping {
		t.Fatal("the program was touched")
	}
}

func TestSameBinaryRestartsNothing(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.built(event.Same)
	if w.reloading != 0 {
		t.Fatal("reloaded")
	}
}

func TestSavingAgainRetriesWhatDidNotStart(t *testing.T) {
	for _, end := range []app.Kind{app.Failed, app.Exited} {
		w := served(t)
		if end == app.Failed {
			w.save(plan.Rebuild)
			w.built(event.Built)
		}
		w.app(end)
		w.save(plan.Rebuild)
		w.built(event.Same)
		if w.reloading == 0 {
			t.Errorf("after %v: not tried again", end)
		}
	}
}

// A build may come to its end before the word that it is cancelled reaches it.
// Its program lies there then, but does not run, so going back to it is no
// return to what serves.
func TestGoingBackToAProgramThatNeverRanReloads(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.save(plan.Rebuild)
	w.built(event.Built) // cancelled too late
	w.built(event.Failed)
	w.save(plan.Rebuild)
	w.built(event.Same) // as what the cancelled one has left
	if w.reloading == 0 {
		t.Fatal("the first version still serves")
	}
}

func TestNewerBuildCallsOffAStartThatHangs(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.built(event.Built)
	w.save(plan.Rebuild)
	w.built(event.Built)
	if !w.aborted {
		t.Fatal("the start under way goes on")
	}
	w.app(app.Failed)
	if w.reloading != w.change {
		t.Fatalf("reloads version %d, want %d", w.reloading, w.change)
	}
}

func TestFilesOfCancelledBuildsAreNamedInTheEnd(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.save(plan.Rebuild)
	w.built(event.Canceled)
	if got := w.state.Build.Cause.Files; !slices.Equal(got, []string{"3.go", "2.go"}) {
		t.Errorf("files %v", got)
	}
}

func TestNothingStartsOnceAStopWasAskedFor(t *testing.T) {
	w := served(t)
	w.save(plan.Rebuild)
	w.step(Input{Interrupt: "interrupt"})
	w.save(plan.Rebuild)
	w.built(event.Built)
	if w.building != 0 || w.reloading != 0 {
		t.Fatal("something was started")
	}
	w.app(app.Stopped)
	if !w.exited {
		t.Fatal("no exit")
	}
}

// served is a world in which the first version serves.
func served(t *testing.T) *world {
	w := newWorld(t)
	w.step(Input{Start: true})
	w.built(event.Built)
	w.app(app.Ready)
	if w.serving != 1 {
		t.Fatal("does not serve")
	}
	return w
}
