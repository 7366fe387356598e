package inputs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/graph"
)

// names are a graph: these files are the program. Those that begin with new alter it.
type names []string

func (n names) Input(path string) (graph.Input, bool) {
	return graph.Input{}, slices.Contains(n, path)
}
func (n names) WhyNot(string) string { return "not in names" }
func (n names) Altered(paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return strings.HasPrefix(path, "new") && !slices.Contains(n, path) })
}

// rig is a keeper whose loads are answered by the test.
type rig struct {
	*Keeper
	t       *testing.T
	begun   int
	after   int      // loads that went well
	answers chan any // names, or an error
	running bool
}

// within runs a test in a bubble in which each load waits for an answer.
func within(t *testing.T, test func(*rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, answers: make(chan any)}
		r.Keeper = New(func(ctx context.Context, _ time.Time) (Graph, func(), error) {
			if r.running {
				t.Error("two at once")
			}
			r.running = true
			defer func() { r.running = false }()
			r.begun++
			select {
			case answer := <-r.answers:
				if err, ok := answer.(error); ok {
					return nil, nil, err
				}
				return answer.(names), func() { r.after++ }, nil
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			}
		})
		defer r.Close()
		test(r)
	})
}

func (r *rig) builds(outcome event.Outcome) {
	r.Heard(event.Event{Kind: event.BuildStarted})
	r.Heard(event.Event{Kind: event.BuildFinished, Build: &event.Build{Outcome: outcome}})
	synctest.Wait()
}

func (r *rig) reloads() {
	r.Heard(event.Event{Kind: event.Reloaded})
	synctest.Wait()
}

func (r *rig) answer(a any) {
	r.answers <- a
	synctest.Wait()
}

func (r *rig) expect(begun int, certain bool) {
	r.t.Helper()
	r.Changed(nil, false)
	if r.begun != begun || r.Certain() != certain {
		r.t.Errorf("%d loads begun, certain: %v; want %d, %v", r.begun, r.Certain(), begun, certain)
	}
}

func TestLoadWaitsForTheReload(t *testing.T) {
	within(t, func(r *rig) {
		r.builds(event.Built)
		r.expect(0, false)
		r.reloads()
		r.expect(1, false)
		if _, ok := r.Input("main.go"); ok {
			t.Error("an input of nothing")
		}
		r.answer(names{"main.go"})
		r.expect(1, true)
		if _, ok := r.Input("main.go"); !ok || r.after != 1 {
			t.Error("no input, or nobody hears of it")
		}
		r.builds(event.Built)
		r.reloads()
		r.builds(event.Same)
		r.expect(1, true) // nothing has altered it
	})
}

func TestAStopCallsTheLoadOff(t *testing.T) {
	within(t, func(r *rig) {
		r.builds(event.Built)
		r.reloads()
		r.Heard(event.Event{Kind: event.Stopping})
		synctest.Wait()
		if r.running {
			t.Error("it goes on")
		}
		r.reloads()
		r.expect(1, false)

		r.builds(event.Built)
		r.Heard(event.Event{Kind: event.Stopping})
		r.reloads() // was under way
		r.expect(1, false)
	})
}

func TestNothingIsCertainUntilABuildThatWentWell(t *testing.T) {
	within(t, func(r *rig) {
		r.builds(event.Same)
		r.answer(names{"main.go"})
		r.Changed([]string{"new.go"}, false)
		r.expect(1, false)
		if _, ok := r.Input("main.go"); !ok {
			t.Error("the last graph is forgotten")
		}
		for _, outcome := range []event.Outcome{event.Failed, event.Canceled, event.Broken} {
			r.builds(outcome)
			r.reloads()
			r.expect(1, false)
		}
		r.builds(event.Built)
		r.Heard(event.Event{Kind: event.ReloadFailed})
		synctest.Wait()
		r.answer(names{"main.go", "new.go"})
		r.expect(2, true)
	})
}

func TestBuildCallsALoadOff(t *testing.T) {
	within(t, func(r *rig) {
		r.builds(event.Same)
		r.builds(event.Failed)
		r.expect(1, false)
		r.builds(event.Same)
		r.answer(names{"main.go"})
		r.expect(2, true)
	})
}

func TestChangeDuringALoad(t *testing.T) {
	for _, c := range []struct {
		name    string
		changed []string
		all     bool
		certain bool
	}{
		{"of which the graph knows", []string{"new.go"}, false, true},
		{"of which it does not know", []string{"newer.go"}, false, false},
		{"that alters nothing", []string{"main.go"}, false, true},
		{"of more than is known", nil, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			within(t, func(r *rig) {
				r.builds(event.Same)
				r.Changed(c.changed, c.all)
				r.answer(names{"main.go", "new.go"})
				r.expect(1, c.certain)
			})
		})
	}
}

func TestFailedLoadKeepsTheLastGraph(t *testing.T) {
	within(t, func(r *rig) {
		r.builds(event.Same)
		r.answer(names{"main.go"})
		r.Changed(nil, true)
		r.builds(event.Same)
		r.answer(errors.New("no go command"))
		r.expect(2, false)
		if _, ok := r.Input("main.go"); !ok {
			t.Error("it is gone")
		}
		r.builds(event.Same)
		r.answer(names{})
		r.expect(3, true)
	})
}

func TestWithoutALoadNothingIsKnown(t *testing.T) {
	k := New(nil)
	k.Heard(event.Event{Kind: event.BuildFinished, Build: &event.Build{Outcome: event.Same}})
	k.Changed([]string{"main.go"}, false)
	if _, ok := k.Input("main.go"); ok || k.Certain() {
		t.Error("something is")
	}
	k.Close()
}
