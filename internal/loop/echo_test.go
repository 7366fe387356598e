package loop

import (
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

// generates lets each build write a file, n times.
func generates(w *world, n int) {
	for range n {
		w.wait() // the end of a pause
		if w.building == 0 {
			return
		}
		w.saveFile(plan.Rebuild, "gen.go")
		if w.doomed {
			w.built(event.Canceled)
			continue
		}
		w.built(event.Built)
		w.app(app.Ready)
	}
}

func broken(w *world) bool {
	return w.building == 0 && w.state.Pending != nil && w.state.due().IsZero()
}

func TestBuildsThatChangeWhatIsWatchedComeToAnEnd(t *testing.T) {
	w := served(t)
	w.state.Settings.Writes = true
	w.now = w.now.Add(time.Hour)
	w.save(plan.Rebuild)
	generates(w, 100)
	if !broken(w) {
		t.Fatalf("after 100 rounds: %+v", w.state.Echo)
	}
	if w.number > 12 {
		t.Errorf("%d builds", w.number)
	}
	if got := strings.Join(w.state.Echo.Files, " "); got != "gen.go" {
		t.Errorf("names %s", got)
	}
	if w.serving != w.published {
		t.Error("the last build that came to its end does not serve")
	}

	// Something else changes.
	w.now = w.now.Add(time.Hour)
	w.save(plan.Rebuild)
	if w.building != w.change {
		t.Fatal("the next change starts no build")
	}
	w.built(event.Built)
	w.app(app.Ready)
	if w.state.Echo.Rounds != 0 {
		t.Error("the past is held against it")
	}
}

func TestFileThatTheProgramWritesAtItsStartDoesNotRestartItForEver(t *testing.T) {
	w := served(t)
	w.save(plan.Restart)
	for range 100 {
		w.wait()
		w.built(event.Same)
		if w.reloading != 0 {
			w.saveFile(plan.Restart, "docs.html")
		}
		w.app(app.Ready)
	}
	if !broken(w) {
		t.Fatalf("after 100 rounds: %+v", w.state.Echo)
	}
}

func TestRulesThatStartEachOtherComeToAnEnd(t *testing.T) {
	w := ruled(t, Rule{Name: "ping"}, Rule{Name: "pong"})
	match := func(rule int, file string) {
		w.matched[rule]++
		w.step(Input{Changed: &Changed{Decision: plan.Decision{Action: plan.Ignore, Rules: []plan.Match{{Rule: rule, Files: []string{file}}}}}})
	}
	w.now = w.now.Add(time.Hour)
	match(0, "a")
	for i := range 100 {
		w.wait()
		if len(w.tasks) == 0 {
			break
		}
		match(1-i%2, string(rune('b'-i%2)))
		w.taskEnds()
	}
	if !w.state.Echo.Broken {
		t.Fatalf("after 100 rounds: %+v", w.state.Echo)
	}
}

// Whoever saves one file all the time does not only save while something is
// built.
func TestSomebodyWhoSavesAllTheTimeIsNoLoop(t *testing.T) {
	w := served(t)
	w.state.Settings.Writes = true
	for i := range 300 {
		w.now = w.now.Add(99 * time.Millisecond)
		w.saveFile(plan.Rebuild, "main.go")
		if i%4 == 3 || w.doomed {
			w.built(event.Built)
			w.app(app.Ready)
		}
		if w.state.Echo.Broken {
			t.Fatalf("taken for a loop after save %d", i)
		}
	}
}

// A machine saves as soon as it hears of the last reload, or of a failed build.
func TestSomebodyWhoSavesAtOnceIsNoLoop(t *testing.T) {
	w := served(t)
	w.state.Settings.Writes = true
	for i := range 100 {
		w.saveFile(plan.Rebuild, "main.go")
		if w.building == 0 {
			t.Fatalf("save %d waits", i)
		}
		if i%3 == 0 {
			w.built(event.Failed)
			continue
		}
		w.built(event.Built)
		w.app([]app.Kind{app.Ready, app.Failed}[i%2])
	}
}

// go build writes nothing that is watched, however often one saves while it runs.
func TestWhoSavesDuringEachBuildIsNoLoop(t *testing.T) {
	w := served(t)
	for i := range 100 {
		w.saveFile(plan.Rebuild, "main.go")
		if w.building == 0 {
			t.Fatalf("save %d waits", i)
		}
		if w.doomed {
			w.built(event.Canceled)
		}
	}
}

func TestPageThatTheProgramWritesAtItsStartDoesNotRestartItForEver(t *testing.T) {
	w := served(t)
	builds := w.number
	w.touch()
	for range 100 {
		w.wait()
		if w.reloading != 0 {
			w.touch()
		}
		w.app(app.Ready)
	}
	if !w.state.Echo.Broken || w.state.Anew == nil || w.number != builds {
		t.Fatalf("after 100 rounds: %+v, %d builds", w.state.Echo, w.number-builds)
	}
}
