package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/loop"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/report"
	"github.com/ginreload/ginreload/internal/service"
	"github.com/ginreload/ginreload/watcher"
)

// unit is a Go program of several, with a loop of its own.
type unit struct {
	*stages
	name    string
	share   share
	console *app.Console

	changes   chan watcher.ChangeSet
	decisions chan plan.Decision // one behind each change
	over      chan struct{}      // closed when nobody reads these any more
	knowing   sync.Mutex         // guards inputs, which the loop of all asks as well

	may    <-chan struct{} // closed when the program may start
	waited time.Duration   // that is no part of the build which runs
}

// newUnit finds out how to build one service. whole is the run of all.
func newUnit(ctx context.Context, whole *stages, s config.Service, number int) (*unit, error) {
	session, err := whole.session.Part(fmt.Sprint("s", number))
	if err != nil {
		return nil, err
	}
	trouble := report.NewTrouble(version())
	cfg := whole.cfg.Of(s)
	u := &unit{
		name: s.Name,
		stages: &stages{
			in: whole.in, cfg: cfg, session: session, here: whole.here, trouble: trouble,
			hub: event.NewHub(trouble.Show, named(whole.hub, s.Name)),
		},
		changes: make(chan watcher.ChangeSet), decisions: make(chan plan.Decision), over: make(chan struct{}),
	}
	if u.made, err = recipe(ctx, cfg, session, whole.in.Env); err == nil {
		err = u.made.find()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	u.made.environment.program = s.EnvFiles
	u.made.environment.set = append(u.made.environment.set, s.Env...)
	u.cfg.EnvFiles = slices.Concat(cfg.EnvFiles, s.EnvFiles)
	u.own = []string{u.made.Output, u.made.scratch, cfg.BuildLog}
	return u, nil
}

// named has events told by hub as those of a service.
func named(hub *event.Hub, service string) func(event.Event) {
	return func(e event.Event) {
		e.Service = service
		hub.Publish(e)
	}
}

// compileInTurn is the build of the program, up to when that may start.
func (u *unit) compileInTurn(ctx context.Context, changed ...string) (builder.Result, error) {
	result, waited, err := u.share.build(ctx, changed)
	u.waited = waited
	if result.Outcome == builder.Built || result.Outcome == builder.Same {
		built := time.Now()
		select {
		case <-u.may:
		case <-ctx.Done():
			result.Outcome, u.share.got = builder.Canceled, 0 // it was not taken
		}
		u.waited += time.Since(built)
	}
	return result, err
}

// decide is asked by the loop of all, once for each set of changes.
func (u *unit) decide(set watcher.ChangeSet) plan.Decision {
	u.knowing.Lock()
	defer u.knowing.Unlock()
	d := u.weigh(set)
	d.Rules, d.Reread, d.Tests = nil, nil, nil // are for all
	return d
}

// tell hands changes to the loop of the service.
func (u *unit) tell(set watcher.ChangeSet, d plan.Decision) {
	select {
	case u.changes <- set:
		u.decisions <- d
	case <-u.over:
	}
}

func (u *unit) input(path string) (graph.Input, bool) {
	u.knowing.Lock()
	defer u.knowing.Unlock()
	return u.inputs.Input(path)
}

// heard is told of all events of the loop.
func (u *unit) heard(e event.Event) {
	u.knowing.Lock()
	defer u.knowing.Unlock()
	u.inputs.Heard(e)
}

// run is the unit as a member of the fleet.
func (u *unit) run(ctx context.Context, cues service.Cues) error {
	defer close(u.over)
	u.may = cues.May
	program := u.program(u.console)
	failures, interrupts := make(chan error, 1), make(chan string)
	parts, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := program.Run(parts); err != nil && parts.Err() == nil {
			failures <- err
		}
	})
	wg.Go(func() { interrupt(parts, cues, interrupts) })
	settings := settings(u.cfg, u.made)
	settings.Rules, settings.Tests = nil, false // are for all
	_, err := loop.Run(ctx, loop.Stages{
		Settings: settings,
		Changes:  u.changes,
		Decide:   func(watcher.ChangeSet) plan.Decision { return <-u.decisions },
		Build: func(ctx context.Context, number int, files []string) loop.Built {
			b := u.build(ctx, number, files)
			b.Waited = u.waited
			return b
		},
		App:        program,
		Interrupts: interrupts,
		Failures:   failures,
		Publish: func(e event.Event) {
			u.hub.Publish(e)
			u.heard(e)
			if e.Kind == event.Reloaded {
				cues.Ready()
			}
		},
	})
	u.inputs.Close()
	stop()
	wg.Wait()
	if err != nil {
		return errors.Join(errShown, err)
	}
	return nil
}

// interrupt makes interrupts of the loop of what a member is told: to stop is one,
// at once are two.
func interrupt(ctx context.Context, cues service.Cues, interrupts chan<- string) {
	stop, kill := cues.Stop, cues.Kill
	for stop != nil || kill != nil {
		times := 1
		select {
		case <-stop:
			stop = nil
		case <-kill:
			kill, times = nil, 2
		case <-ctx.Done():
			return
		}
		for range times {
			select {
			case interrupts <- "all services stop":
			case <-ctx.Done():
				return
			}
		}
	}
}
