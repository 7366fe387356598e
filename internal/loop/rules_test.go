package loop

import (
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
)

func ruled(t *testing.T, rules ...Rule) *world {
	w := worldWith(t, Settings{Rules: rules})
	w.step(Input{Start: true})
	w.built(event.Built)
	w.app(app.Ready)
	return w
}

func TestRuleRunsOnceMoreForChangesDuringItsRun(t *testing.T) {
	w := ruled(t, Rule{Name: "css", Line: "make css"})
	w.match(0)
	if len(w.tasks) != 1 || w.tasks[0].Line != "make css" || w.building != 0 {
		t.Fatalf("runs %+v", w.tasks)
	}
	w.match(0)
	w.match(0)
	w.taskEnds()
	if len(w.tasks) != 1 {
		t.Fatalf("after three changes, the second and third during the first run: %d run", len(w.tasks))
	}
	w.taskEnds()
	if len(w.tasks) != 0 {
		t.Fatal("runs a third time")
	}
}

func TestRuleCollectsChanges(t *testing.T) {
	w := ruled(t, Rule{Name: "css", Delay: time.Second})
	w.match(0)
	first := w.now
	w.match(0)
	if len(w.tasks) != 0 {
		t.Fatal("runs at once")
	}
	if due := w.state.due(); !due.Equal(first.Add(time.Second)) {
		t.Fatalf("due %v after the first change", due.Sub(first))
	}
	w.wait()
	if len(w.tasks) != 1 {
		t.Fatal("does not run")
	}
	// What comes during the run is collected as well.
	w.match(0)
	w.taskEnds()
	if len(w.tasks) != 0 {
		t.Fatal("runs again at once")
	}
	w.wait()
	if len(w.tasks) != 1 {
		t.Fatal("does not run again")
	}
}

func TestRulesRunSideBySide(t *testing.T) {
	w := ruled(t, Rule{Name: "css"}, Rule{Name: "sql"})
	w.match(0)
	w.match(1)
	if len(w.tasks) != 2 {
		t.Fatalf("%d run", len(w.tasks))
	}
}
