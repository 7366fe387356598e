package loop

import (
	"slices"
	"testing"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

func TestFileThatIsReadAtTheStartNeedsNoBuild(t *testing.T) {
	w := served(t)
	w.touch()
	if w.building != 0 || w.reloading == 0 {
		t.Fatalf("building %d, reloading %d", w.building, w.reloading)
	}
	if got := w.state.Reload.Cause.Files; !slices.Equal(got, []string{"page.html"}) {
		t.Errorf("files %v", got)
	}
	w.app(app.Ready)
	if w.reloading != 0 {
		t.Fatal("started twice")
	}
}

func TestStartWithoutABuildWaitsForTheOneUnderWay(t *testing.T) {
	for outcome, files := range map[event.Outcome][]string{
		event.Built: {"2.go", "page.html"}, event.Same: {"2.go", "page.html"}, event.Failed: {"page.html"},
	} {
		w := served(t)
		w.save(plan.Rebuild)
		w.touch()
		if w.doomed || w.reloading != 0 {
			t.Fatal("it does not wait")
		}
		w.built(outcome)
		if w.reloading == 0 {
			t.Fatalf("%s: not started", outcome)
		}
		if got := w.state.Reload.Cause.Files; !slices.Equal(got, files) {
			t.Errorf("%s: files %v", outcome, got)
		}
		w.app(app.Ready)
		if w.reloading != 0 {
			t.Fatalf("%s: started twice", outcome)
		}
	}
}

func TestStartUnderWayIsTooEarlyForAChange(t *testing.T) {
	w := served(t)
	w.touch()
	w.touch()
	if !w.aborted {
		t.Fatal("it goes on")
	}
	w.app(app.Failed)
	if w.reloading == 0 {
		t.Fatal("not started once more")
	}
}

func TestRefreshTouchesNothing(t *testing.T) {
	w := served(t)
	w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Refresh, Files: []string{"site.css"}}}})
	if w.building != 0 || w.reloading != 0 || w.state.Stale {
		t.Fatal("it did")
	}
}
