package loop

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/watcher"
)

// Stages are what the loop connects.
type Stages struct {
	Settings   Settings
	Changes    <-chan watcher.ChangeSet
	Late       <-chan watcher.ChangeSet // changes that nobody could see when they were made
	Decide     func(watcher.ChangeSet) plan.Decision
	Reread     func() *event.Event                                         // looks at a configuration that has changed; what to tell if it is of no use
	Build      func(ctx context.Context, number int, files []string) Built // because of files; returns when nothing of the build runs any more
	Task       func(ctx context.Context, task Task) Ran                    // the same for a command of the configuration
	Tests      func(ctx context.Context, files []string) Tested            // the same for the tests that a change of files may break
	App        App
	Interrupts <-chan string // what asks for the stop, once per wish
	Failures   <-chan error  // a stage that cannot go on
	Publish    func(event.Event)
}

// App is the part of *app.App that the loop uses.
type App interface {
	Reload(binary string)
	Abort()
	Stop()
	Kill()
	Events() <-chan app.Event
}

// ErrStage is returned by Run when it stopped because a stage failed.
var ErrStage = errors.New("a part of ginreload failed")

// Run builds, and then rebuilds and reloads, until it is interrupted and
// everything has stopped. It also stops, and reports again, for a configuration
// that has changed and is of use.
func Run(ctx context.Context, stages Stages) (again bool, err error) {
	r := &runner{
		Stages: stages, built: make(chan Built, 1), ran: make(chan Ran), tested: make(chan Tested, 1),
		state: State{Settings: stages.Settings, Jobs: make([]Job, len(stages.Settings.Rules))},
		clock: time.NewTimer(time.Hour),
	}
	defer r.clock.Stop()
	ctx, cancel := context.WithCancel(ctx)
	defer r.background.Wait()
	defer cancel()
	r.tasks, r.killTasks = context.WithCancel(ctx)
	events := r.queue(ctx, stages.App.Events())
	r.apply(ctx, Input{Start: true})
	var failed error
	changes := stages.Changes
	for !r.exit {
		in := Input{}
		select {
		case set, ok := <-changes:
			if !ok {
				changes = nil
				continue
			}
			in.Changed = r.changed(set)
		case set := <-stages.Late:
			in.Changed = r.changed(set)
		case b := <-r.built:
			in.Built = &b
		case ran := <-r.ran:
			in.Ran = &ran
		case tested := <-r.tested:
			in.Tested = &tested
		case e := <-events:
			in.App = &e
		case <-r.clock.C:
			in.Tick = true
		case why := <-stages.Interrupts:
			in.Interrupt = why
		case err := <-stages.Failures:
			failed = errors.Join(ErrStage, err)
			in.Failure = err.Error()
		}
		r.apply(ctx, in)
	}
	return r.state.Post.Again, failed
}

// runner carries effects out.
type runner struct {
	Stages
	state      State
	built      chan Built // capacity 1: there is one build
	cancel     context.CancelFunc
	ran        chan Ran
	tasks      context.Context // of those that run
	killTasks  context.CancelFunc
	tested     chan Tested // capacity 1: there is one run
	endTests   context.CancelFunc
	clock      *time.Timer
	exit       bool
	background sync.WaitGroup
}

func (r *runner) changed(set watcher.ChangeSet) *Changed {
	c := &Changed{Decision: r.Decide(set), First: set.First}
	if len(c.Decision.Reread) > 0 {
		c.Refused = r.Reread()
	}
	return c
}

func (r *runner) apply(ctx context.Context, in Input) {
	in.At = time.Now()
	var effects []Effect
	r.state, effects = step(r.state, in)
	for _, e := range effects {
		switch {
		case e.Emit != nil:
			r.Publish(*e.Emit)
		case e.StartBuild != 0:
			r.build(ctx, e.StartBuild)
		case e.CancelBuild:
			r.cancel()
		case e.Reload != "":
			r.App.Reload(e.Reload)
		case e.Abort:
			r.App.Abort()
		case e.Run != nil:
			r.run(ctx, *e.Run)
		case e.KillTasks:
			r.killTasks()
			r.tasks, r.killTasks = context.WithCancel(ctx)
		case len(e.RunTests) > 0:
			r.test(ctx, e.RunTests)
		case e.CancelTests:
			r.endTests()
		case e.StopApp:
			r.App.Stop()
		case e.KillApp:
			r.App.Kill()
		case e.Exit:
			r.exit = true
		}
	}
	r.clock.Stop()
	if due := r.state.due(); !due.IsZero() {
		r.clock.Reset(time.Until(due))
	}
}

func (r *runner) run(ctx context.Context, task Task) {
	running := r.tasks
	r.background.Go(func() {
		ran := r.Task(running, task)
		select {
		case r.ran <- ran:
		case <-ctx.Done():
		}
	})
}

func (r *runner) build(ctx context.Context, number int) {
	if r.cancel != nil {
		r.cancel()
	}
	var building context.Context
	building, r.cancel = context.WithCancel(ctx)
	files := r.state.Build.Cause.Files
	r.background.Go(func() { r.built <- r.Build(building, number, files) })
}

func (r *runner) test(ctx context.Context, files []string) {
	if r.endTests != nil {
		r.endTests()
	}
	var testing context.Context
	testing, r.endTests = context.WithCancel(ctx)
	r.background.Go(func() { r.tested <- r.Tests(testing, files) })
}

// queue takes events from the app at all times: it may be about to send one
// while the loop is about to tell it something.
func (r *runner) queue(ctx context.Context, in <-chan app.Event) <-chan app.Event {
	out := make(chan app.Event)
	r.background.Go(func() {
		var waiting []app.Event
		for in != nil || len(waiting) > 0 {
			var next app.Event
			var ready chan<- app.Event
			if len(waiting) > 0 {
				next, ready = waiting[0], out
			}
			select {
			case e, ok := <-in:
				if !ok {
					// It ended, whether or not it was asked to: nothing of it runs.
					in, e = nil, app.Event{Kind: app.Stopped}
				}
				waiting = append(waiting, e)
			case ready <- next:
				waiting = waiting[1:]
			case <-ctx.Done():
				return
			}
		}
	})
	return out
}
