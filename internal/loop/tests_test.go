package loop

import (
	"slices"
	"testing"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
)

func tested(t *testing.T) *world {
	w := worldWith(t, Settings{Tests: true})
	w.step(Input{Start: true})
	w.built(event.Built)
	w.app(app.Ready)
	if w.testing != 0 {
		t.Fatal("tests run before anything has changed")
	}
	return w
}

func TestTestsRunOnceTheNewCodeAnswers(t *testing.T) {
	w := tested(t)
	w.save(plan.Rebuild)
	w.built(event.Built)
	if w.testing != 0 {
		t.Fatal("tests run while the new version starts")
	}
	w.app(app.Ready)
	if w.testing != w.edited {
		t.Fatal("tests do not run")
	}
	w.testsEnd()
	w.saveTest()
	if w.testing != w.edited || w.building != 0 {
		t.Fatal("a change of a test does not run tests alone")
	}
}

func TestNewerChangeCancelsTheTests(t *testing.T) {
	w := tested(t)
	w.saveTest()
	w.save(plan.Rebuild)
	if !w.endTests {
		t.Fatal("they go on")
	}
	w.testsEnd()
	w.built(event.Built)
	w.app(app.Ready)
	if got := w.state.Tests.Running; !slices.Equal(got, []string{"1_test.go", "2.go"}) {
		t.Errorf("tests of %v run, also those called off had to", got)
	}
}

func TestTestsWaitForABuildThatSucceeds(t *testing.T) {
	w := tested(t)
	w.save(plan.Rebuild)
	w.built(event.Failed)
	w.saveTest()
	if w.testing != 0 {
		t.Fatal("tests of what does not compile run")
	}
	w.save(plan.Rebuild)
	w.built(event.Same)
	if w.testing != w.edited {
		t.Fatal("they do not run when it does again")
	}
}
