package loop

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/watcher"
)

// program is an app that starts whatever it is told to, at once.
type program struct {
	events chan app.Event
	starts chan time.Time
}

func (p *program) Reload(string) {
	p.starts <- time.Now()
	p.events <- app.Event{Kind: app.Starting, Generation: 1}
	p.events <- app.Event{Kind: app.Ready, Generation: 1, Serving: 1}
}
func (p *program) Events() <-chan app.Event { return p.events }
func (p *program) Abort()                   {}
func (p *program) Stop()                    { p.events <- app.Event{Kind: app.Stopped} }
func (p *program) Kill()                    {}

// rig is a loop whose stages do nothing but what is needed.
type rig struct {
	Stages
	program    *program
	changes    chan watcher.ChangeSet
	interrupts chan string
	failures   chan error
	tasks      chan Task
}

func newRig() *rig {
	r := &rig{
		program: &program{make(chan app.Event), make(chan time.Time, 10)},
		changes: make(chan watcher.ChangeSet), interrupts: make(chan string), failures: make(chan error),
		tasks: make(chan Task, 10),
	}
	r.Stages = Stages{
		Changes: r.changes, App: r.program, Interrupts: r.interrupts, Failures: r.failures,
		Decide: func(watcher.ChangeSet) plan.Decision {
			return plan.Decision{Action: plan.Rebuild, Files: []string{"main.go"}}
		},
		Reread: func() *event.Event { return nil },
		Build: func(_ context.Context, number int, _ []string) Built {
			return Built{Number: number, Outcome: event.Built, Binary: "program"}
		},
		Task: func(ctx context.Context, task Task) Ran {
			r.tasks <- task
			<-ctx.Done()
			return Ran{Task: task}
		},
		Publish: func(event.Event) {},
	}
	return r
}

func TestRerunTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.Settings = Settings{Rerun: true, RerunDelay: 500 * time.Millisecond}
		go func() {
			<-r.program.starts
			for _, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second} {
				synctest.Wait()
				ended := time.Now()
				r.program.events <- app.Event{Kind: app.Exited, Exit: proc.Exit{Code: 1, Known: true}}
				if got := (<-r.program.starts).Sub(ended); got != want {
					t.Errorf("started again after %v, want %v", got, want)
				}
			}
			r.interrupts <- "interrupt"
		}()
		if again, err := Run(t.Context(), r.Stages); again || err != nil {
			t.Errorf("ended with %v, %v", again, err)
		}
	})
}

func TestRuleIsKilledAtTheEndAndWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.Settings.Rules = []Rule{{Name: "css", Delay: time.Second}}
		r.Decide = func(watcher.ChangeSet) plan.Decision {
			return plan.Decision{Action: plan.Ignore, Rules: []plan.Match{{Rule: 0, Files: []string{"a.css"}}}}
		}
		go func() {
			begun := time.Now()
			r.changes <- watcher.ChangeSet{}
			<-r.tasks
			if took := time.Since(begun); took != time.Second {
				t.Errorf("runs after %v", took)
			}
			r.interrupts <- "interrupt"
		}()
		if _, err := Run(t.Context(), r.Stages); err != nil {
			t.Error(err)
		}
	})
}

func TestNewConfigurationIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.Decide = func(watcher.ChangeSet) plan.Decision {
			return plan.Decision{Action: plan.Ignore, Reread: []string{".air.toml"}}
		}
		go func() { r.changes <- watcher.ChangeSet{} }()
		if again, err := Run(t.Context(), r.Stages); !again || err != nil {
			t.Errorf("ended with %v, %v", again, err)
		}
	})
}

func TestStageThatFailsEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.Settings.Post = []string{"not run"}
		broken := errors.New("broken")
		go func() { r.failures <- broken }()
		if _, err := Run(t.Context(), r.Stages); !errors.Is(err, ErrStage) || !errors.Is(err, broken) {
			t.Errorf("ended with %v", err)
		}
		if len(r.tasks) != 0 {
			t.Error("the commands of the end were run")
		}
	})
}
