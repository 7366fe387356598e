package loop

import (
	"slices"
	"testing"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

func finishing(t *testing.T) *world {
	w := worldWith(t, Settings{Post: []string{"first", "second"}})
	w.step(Input{Start: true})
	w.built(event.Built)
	w.app(app.Ready)
	return w
}

func TestCommandsOfTheEndRunWhileTheProgramDoes(t *testing.T) {
	w := finishing(t)
	w.step(Input{Interrupt: "interrupt"})
	for _, want := range []string{"first", "second"} {
		if len(w.tasks) != 1 || w.tasks[0].Line != want || w.stopping {
			t.Fatalf("%+v run, want %s", w.tasks, want)
		}
		w.taskEnds()
	}
	if !w.stopping {
		t.Fatal("the program is not stopped")
	}
	w.app(app.Stopped)
	if !w.exited {
		t.Fatal("no exit")
	}
}

func TestSecondInterruptSkipsTheCommandsAndTheThirdKills(t *testing.T) {
	w := finishing(t)
	w.step(Input{Interrupt: "interrupt"})
	w.wait() // until it is said that the first one still runs
	if due := w.state.due(); !due.IsZero() {
		t.Fatal("it would be said again")
	}
	w.step(Input{Interrupt: "interrupt"})
	if !w.stopping || w.state.Stop != Stopping {
		t.Fatal("the program is not stopped")
	}
	w.taskEnds()
	if !slices.Equal(w.finished, []string{"first"}) {
		t.Fatalf("%v were run", w.finished)
	}
	w.step(Input{Interrupt: "interrupt"})
	if w.state.Stop != Killing {
		t.Fatal("the program is not killed")
	}
}

func TestCommandsOfTheEndRunWithoutAProgramToo(t *testing.T) {
	w := worldWith(t, Settings{Post: []string{"first"}})
	w.step(Input{Start: true})
	w.built(event.Failed)
	w.step(Input{Interrupt: "interrupt"})
	if !slices.Equal(w.finished, []string{"first"}) {
		t.Fatal("they do not")
	}
}

func TestNewConfigurationBeginsAnew(t *testing.T) {
	w := finishing(t)
	w.save(plan.Rebuild)
	w.reread(nil)
	if !w.doomed || !w.stopping || len(w.tasks) != 0 {
		t.Fatal("the program is not stopped at once, without the commands of the end")
	}
	w.app(app.Stopped)
	if !w.exited || !w.state.Post.Again {
		t.Fatal("nothing begins anew")
	}
}

func TestInterruptMeansTheEndAlsoDuringANewBeginning(t *testing.T) {
	w := finishing(t)
	w.reread(nil)
	w.step(Input{Interrupt: "interrupt"})
	if w.state.Post.Again || !slices.Equal(w.finished, []string{"first"}) {
		t.Fatal("it is not the end, with all that belongs to it")
	}
	w.app(app.Stopped)
	if w.exited {
		t.Fatal("exits before the commands of the end are done")
	}
	w.taskEnds()
	w.taskEnds()
	if !w.exited {
		t.Fatal("no exit")
	}
}

func TestConfigurationThatIsOfNoUseChangesNothing(t *testing.T) {
	w := finishing(t)
	w.reread(&event.Event{Kind: event.Notice, Level: event.Error})
	if w.state.Stop != Running || w.building != 0 {
		t.Fatalf("it does: %+v", w.state)
	}
}
