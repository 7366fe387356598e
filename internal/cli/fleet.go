package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/loop"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/project"
	"github.com/ginreload/ginreload/internal/report"
	"github.com/ginreload/ginreload/internal/service"
	"github.com/ginreload/ginreload/watcher"
)

// buildsAtATime is how many builds of a fleet run beside each other. One go build
// uses all processors as long as there is something to compile.
const buildsAtATime = 1

// fleet is a run with several services. There is one watcher, and one loop for
// what concerns all: rules, configuration, stop. To that loop the services are the
// program, and there is nothing to build; each Go service has a loop of its own.
type fleet struct {
	*stages
	units    []*unit
	commands []sidecar
	members  []service.Member // all of them
	*service.Fleet
	events chan app.Event // none, and closed when nothing runs any more

	turn    chan struct{}
	joints  map[string]*unit // the first one for each recipe
	changes atomic.Uint64    // handed to the units
	labels  report.Labels
	streams map[string][]*stream

	attending sync.Mutex         // guards beyond and parts
	beyond    map[*unit][]string // folders that are watched only for these
	parts     map[*unit][]string // files that these are made of
}

// several is once for a configuration with services.
func several(ctx context.Context, s *stages, told *audience) (next *config.Config, err error) {
	f := &fleet{
		stages: s, turn: make(chan struct{}, buildsAtATime), events: make(chan app.Event),
		joints: map[string]*unit{}, streams: map[string][]*stream{}, beyond: map[*unit][]string{}, parts: map[*unit][]string{},
	}
	defer func() {
		for _, u := range f.units {
			if u.builder != nil {
				u.builder.Close()
			}
			u.made.cleaning.Clean()
		}
	}()
	if err := f.prepare(ctx); err != nil {
		return nil, unusable{err}
	}
	told.hear(s.in, s.cfg)
	told.sink = f.endLines(told.sink)
	if err := f.watchAll(ctx); err != nil {
		return nil, unusable{err}
	}
	defer func() {
		// Before the consoles: whoever is left may hold their streams.
		s.session.Sweep()
		f.closeConsoles()
	}()
	if err := f.openConsoles(told.screen); err != nil {
		return nil, unusable{err}
	}
	s.announce()
	err = f.run(ctx)
	return s.next, err
}

func serviceNames(cfg config.Config) []string {
	var names []string
	for _, s := range cfg.Services {
		names = append(names, s.Name)
	}
	return names
}

// prepare finds out how to build what has to be built.
func (f *fleet) prepare(ctx context.Context) error {
	f.late = make(chan watcher.ChangeSet)
	f.made.environment = &environment{own: f.session.Env(f.in.Env), files: f.cfg.EnvFiles}
	f.labels = report.NewLabels(serviceNames(f.cfg), report.ColorEnabled(f.cfg.Color, isTerminal(f.in.Stdout), f.in.getenv), report.ASCII(f.in.getenv))
	for i, s := range f.cfg.Services {
		member := service.Member{Name: s.Name, Limit: s.ReadyTimeout, Publish: named(f.hub, s.Name)}
		for _, name := range s.After {
			member.After = append(member.After, slices.Index(serviceNames(f.cfg), name))
		}
		if s.Run != "" {
			c := sidecar{Service: s, edits: make(chan struct{}, 1)}
			f.commands = append(f.commands, c)
			n := len(f.commands) - 1
			member.Ready = notYet(s)
			member.Run = func(ctx context.Context, cues service.Cues) error { return f.commands[n].run(ctx, f, cues) }
		} else {
			u, err := f.addUnit(ctx, s, i)
			if err != nil {
				return err
			}
			member.Ready, member.Run = "it does not run", u.run
		}
		f.members = append(f.members, member)
	}
	return nil
}

func notYet(s config.Service) string {
	switch s.Ready {
	case "":
		return "it does not run"
	case service.AtExit:
		return "it has not ended"
	}
	return s.Ready + " does not answer"
}

// addUnit prepares a Go service. The ones that are made of the same share a build.
func (f *fleet) addUnit(ctx context.Context, s config.Service, number int) (*unit, error) {
	u, err := newUnit(ctx, f.stages, s, number)
	if missing := (*project.Missing)(nil); errors.As(err, &missing) {
		return nil, &config.Error{Message: err.Error(), Err: err, Hint: "package is relative to dir of the service, which is " + s.Dir}
	}
	if err != nil {
		return nil, err
	}
	f.units = append(f.units, u)
	f.made.notes = append(f.made.notes, u.made.notes...)
	key := fmt.Sprintf("%q", []string{s.Dir, s.Package, s.Cmd, s.Bin})
	if first := f.joints[key]; first != nil {
		u.share.joint, u.builder, u.made.Output = first.share.joint, first.builder, first.made.Output
	} else {
		if err := u.openBuilder(); err != nil {
			return nil, err
		}
		u.share.joint = &joint{compile: u.builder.Build, turn: f.turn, changes: &f.changes}
		f.joints[key] = u
	}
	u.compile = u.compileInTurn
	u.attend = func(folders, files []string) { f.attendFor(u, folders, files) }
	u.inputs = u.keeper()
	u.late = f.late
	f.own = append(f.own, u.own...)
	return u, nil
}

// watchAll watches for all services.
func (f *fleet) watchAll(ctx context.Context) error {
	err := f.watch(ctx, f.withEnvFiles().EnvFiles)
	for _, u := range f.units {
		u.watcher, u.ignore = f.watcher, f.ignore
	}
	return err
}

// attendFor has the watcher attend to what a service is made of, and the others.
func (f *fleet) attendFor(u *unit, folders, files []string) {
	f.attending.Lock()
	defer f.attending.Unlock()
	f.beyond[u], f.parts[u] = folders, files
	f.attend(slices.Concat(slices.Collect(maps.Values(f.beyond))...), slices.Concat(slices.Collect(maps.Values(f.parts))...))
}

// run connects the parts and joins them.
func (f *fleet) run(ctx context.Context) error {
	f.Fleet = service.NewFleet(f.members)
	failures, interrupts := make(chan error, 1), make(chan string)
	parts, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var failed error // of services; told by themselves
	wg.Go(func() { proc.Reap(parts) })
	wg.Go(func() {
		defer close(f.events)
		failed = f.Fleet.Run(parts)
	})
	wg.Go(func() {
		if err := f.watcher.Run(parts); err != nil && parts.Err() == nil {
			failures <- err
		}
	})
	wg.Go(func() { f.pass(parts, interrupts) })
	settings := settings(f.cfg, f.made)
	settings.Idle = true
	again, err := loop.Run(ctx, loop.Stages{
		Settings:   settings,
		Changes:    f.watcher.Changes(),
		Late:       f.late,
		Decide:     f.decide,
		Reread:     f.reread,
		Task:       f.task,
		Tests:      f.testInTurn,
		App:        f,
		Interrupts: interrupts,
		Failures:   failures,
		Publish:    f.hub.Publish,
	})
	stop()
	wg.Wait()
	if !again {
		f.next = nil // whatever was read, the end was asked for
	}
	if err = errors.Join(failed, err); err != nil {
		return errors.Join(errShown, err)
	}
	return nil
}

// Reload and Abort are for a program that is built; with Stop, Kill and Events the
// services are one to the loop.
func (f *fleet) Reload(string) {}

// Abort does nothing, as Reload.
func (f *fleet) Abort() {}

// Events yields nothing, and ends when nothing runs any more.
func (f *fleet) Events() <-chan app.Event { return f.events }

// decide hands changes to the services that they are for. What is left for the
// loop of all are rules, tests and the configuration.
func (f *fleet) decide(set watcher.ChangeSet) plan.Decision {
	f.reconsider(set)
	f.changes.Add(1)
	all := plan.Decide(set, f.here, files{Config: f.withEnvFiles(), known: f, ignore: f.ignore})
	if all.Action != plan.Ignore {
		for _, c := range f.commands {
			select {
			case c.edits <- struct{}{}:
			default: // one is enough
			}
		}
	}
	taken := plan.Decision{Action: plan.Ignore, Why: all.Why, Files: all.Files}
	for i, u := range f.units {
		d := u.decide(set)
		if d.Action != plan.Ignore {
			u.tell(set, d)
		}
		if i == 0 || slices.Index(strength, d.Action) > slices.Index(strength, taken.Action) {
			taken = d
		}
	}
	taken.Rules, taken.Reread, taken.Tests = all.Rules, all.Reread, all.Tests
	return taken
}

// strength orders actions: what changes lead to is the strongest that they lead to
// anywhere.
var strength = []plan.Action{plan.Ignore, plan.Refresh, plan.Restart, plan.Rebuild}

// withEnvFiles is the configuration with the env files of all services.
func (f *fleet) withEnvFiles() config.Config {
	cfg := f.cfg
	for _, s := range f.cfg.Services {
		cfg.EnvFiles = slices.Concat(cfg.EnvFiles, s.EnvFiles)
	}
	return cfg
}

// Input reports whether a service is made of a file.
func (f *fleet) Input(path string) (graph.Input, bool) {
	for _, u := range f.units {
		if in, ok := u.input(path); ok {
			return in, true
		}
	}
	return graph.Input{}, false
}

// Certain is false: each service knows for itself what it is not made of.
func (f *fleet) Certain() bool { return false }

// WhyNot is never asked.
func (f *fleet) WhyNot(string) string { return "" }

// testInTurn runs tests when nothing is built.
func (f *fleet) testInTurn(ctx context.Context, files []string) loop.Tested {
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	case <-ctx.Done():
	}
	return f.test(ctx, files)
}
