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
	Changes    <-chan watcher.ChangeSet
	Decide     func(watcher.ChangeSet) plan.Decision
	Build      func(ctx context.Context, number int) Built // returns when nothing of the build runs any more
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
// everything has stopped.
func Run(ctx context.Context, stages Stages) error {
	r := &runner{Stages: stages, built: make(chan Built, 1)}
	ctx, cancel := context.WithCancel(ctx)
	defer r.background.Wait()
	defer cancel()
	events := r.queue(ctx, stages.App.Events())
	r.apply(ctx, Input{At: time.Now(), Start: true})
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
			in.Changed = &Changed{Decision: stages.Decide(set), First: set.First}
		case b := <-r.built:
			in.Built = &b
		case e := <-events:
			in.App = &e
		case why := <-stages.Interrupts:
			in.Interrupt = why
		case err := <-stages.Failures:
			failed = errors.Join(ErrStage, err)
			in.Failure = err.Error()
		}
		in.At = time.Now()
		r.apply(ctx, in)
	}
	return failed
}

// runner carries effects out.
type runner struct {
	Stages
	state      State
	built      chan Built // capacity 1: there is one build
	cancel     context.CancelFunc
	exit       bool
	background sync.WaitGroup
}

func (r *runner) apply(ctx context.Context, in Input) {
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
		case e.StopApp:
			r.App.Stop()
		case e.KillApp:
			r.App.Kill()
		case e.Exit:
			r.exit = true
		}
	}
}

func (r *runner) build(ctx context.Context, number int) {
	if r.cancel != nil {
		r.cancel()
	}
	var building context.Context
	building, r.cancel = context.WithCancel(ctx)
	r.background.Go(func() { r.built <- r.Build(building, number) })
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
