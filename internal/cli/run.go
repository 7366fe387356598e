package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/ignore"
	"github.com/ginreload/ginreload/internal/inputs"
	"github.com/ginreload/ginreload/internal/loop"
	"github.com/ginreload/ginreload/internal/outage"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/project"
	"github.com/ginreload/ginreload/internal/report"
	"github.com/ginreload/ginreload/watcher"
)

// once runs what one configuration says. It returns the next one if that has
// taken its place, and an unusable error if nothing has begun.
func once(in Invocation, cfg config.Config, told *audience, notes ...event.Event) (next *config.Config, err error) {
	self, err := selfCommand(guardWord)
	if err != nil {
		return nil, unusable{err}
	}
	session, err := proc.Open(self)
	if err != nil {
		return nil, unusable{err}
	}
	defer func() { err = errors.Join(err, session.Close()) }()

	ctx, cancel := context.WithCancel(in.context())
	defer cancel()
	s := &stages{in: in, cfg: cfg, loaded: cfg, session: session, hub: told.hub, trouble: told.trouble, here: in.Dir, early: notes}
	if len(cfg.Services) > 0 {
		return several(ctx, s, told)
	}
	defer func() {
		if s.made.cleaning != nil {
			s.made.cleaning.Clean()
		}
	}()
	if err := s.prepare(ctx, told); err != nil {
		return nil, unusable{err}
	}
	defer s.builder.Close()
	defer s.watcher.Close()
	console, err := openConsole(in, cfg, told.screen.program)
	if err != nil {
		return nil, unusable{err}
	}
	defer console.Close()
	// Before the console: whoever is left may hold its streams.
	defer session.Sweep()
	s.announce()
	err = s.run(ctx, console)
	return s.next, err
}

// stages are the parts of a run.
type stages struct {
	in      Invocation
	loaded  config.Config // as it was read
	cfg     config.Config // with what was found out since
	session *proc.Session
	made    made
	builder *builder.Builder
	compile func(ctx context.Context, changed ...string) (builder.Result, error)
	number  atomic.Int64 // of the last build
	own     []string     // files that are made here and not watched, and folders
	ignore  *ignore.Ignore
	watcher *watcher.Watcher
	attend  func(folders, files []string) // has the watcher attend to what the program is made of
	inputs  *inputs.Keeper                // belongs to the loop
	late    chan watcher.ChangeSet        // of folders that inputs has had watched
	hub     *event.Hub
	trouble *report.Trouble
	here    string // where ginreload was started
	members members

	announced bool
	early     []event.Event  // what was to be told before the first line
	next      *config.Config // that takes the place of this one
}

// prepare finds out how to build, and watches. The go command is asked while folders
// are entered: on large trees these are the two things that a start waits for.
func (s *stages) prepare(ctx context.Context, told *audience) error {
	if s.cfg.FindRoot {
		s.cfg.Root = project.Root(s.cfg.Dir)
	}
	var err error
	if s.made, err = recipe(ctx, s.cfg, s.session, s.in.Env); err != nil {
		_ = s.made.find() // may be under way
		return err
	}
	told.hear(s.in, s.cfg)
	s.own = []string{s.made.Output, s.made.scratch, s.cfg.BuildLog}
	unwatched := s.watch(ctx, s.cfg.EnvFiles)
	if err = s.made.find(); err == nil {
		err = unwatched
	}
	if err == nil {
		err = s.openBuilder()
	}
	if err != nil && unwatched == nil {
		s.watcher.Close()
	}
	return err
}

func (s *stages) openBuilder() error {
	var err error
	s.made.Diagnosed, s.made.Member = s.diagnosed, s.members.has
	s.builder, err = builder.New(s.made.Recipe, s.made.scratch)
	if errors.Is(err, builder.ErrNoToolchain) {
		return errNoGo
	}
	if err == nil {
		s.compile = s.builder.Build
	}
	return err
}

// program is the one that was built, seen from outside.
func (s *stages) program(console *app.Console) *app.App {
	return app.New(app.Options{
		Session: s.session, Dir: s.cfg.Dir, Env: s.environment, Console: console, Command: s.made.command,
		Grace: s.cfg.KillDelay, Signal: stopSignal(s.cfg),
		Keep: s.cfg.Handoff == "auto", Alone: !s.cfg.Overlap, Probe: s.cfg.Ready, Hold: s.cfg.Hold,
		Outage: func() outage.Page {
			headline, detail := s.trouble.Text()
			return outage.Page{Headline: headline, Detail: detail}
		},
	})
}

// run connects the parts and joins them.
func (s *stages) run(ctx context.Context, console *app.Console) error {
	program := s.program(console)
	s.inputs = s.keeper()
	failures, interrupts := make(chan error, 2), make(chan string)
	parts, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { proc.Reap(parts) })
	wg.Go(func() {
		if err := program.Run(parts); err != nil && parts.Err() == nil {
			failures <- err
		}
	})
	wg.Go(func() {
		if err := s.watcher.Run(parts); err != nil && parts.Err() == nil {
			failures <- err
		}
	})
	wg.Go(func() { s.pass(parts, interrupts) })
	again, err := loop.Run(ctx, loop.Stages{
		Settings:   settings(s.cfg, s.made),
		Changes:    s.watcher.Changes(),
		Late:       s.late,
		Decide:     s.decide,
		Reread:     s.reread,
		Build:      s.build,
		Task:       s.task,
		Tests:      s.test,
		App:        program,
		Interrupts: interrupts,
		Failures:   failures,
		Publish: func(e event.Event) {
			s.hub.Publish(e)
			s.inputs.Heard(e)
		},
	})
	s.inputs.Close()
	stop()
	wg.Wait()
	if !again {
		s.next = nil // whatever was read, the end was asked for
	}
	if err != nil {
		return errors.Join(errShown, err)
	}
	return nil
}

// pass hands the signals that ask for a stop to the loop.
func (s *stages) pass(ctx context.Context, interrupts chan<- string) {
	for {
		select {
		case sig := <-s.in.Signals:
			select {
			case interrupts <- sig.String():
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// openConsole has what the program prints pass through the writers that through
// makes of the streams.
func openConsole(in Invocation, cfg config.Config, through func(io.Writer) io.Writer) (*app.Console, error) {
	stdout, stderr, terminal := io.Writer(in.Stdout), io.Writer(in.Stderr), in.Stdout
	if cfg.JSON {
		stdout, terminal = stderr, in.Stderr
	}
	if !isTerminal(terminal) {
		terminal = nil
	}
	return app.OpenConsole(through(stdout), through(stderr), terminal)
}

// stopSignal is what asks the program to stop; nil is the usual.
func stopSignal(cfg config.Config) os.Signal {
	if cfg.SendInterrupt {
		return os.Interrupt
	}
	return nil
}

// selfCommand starts this very program for an errand. Linux knows it even when
// its file is replaced or gone.
func selfCommand(word string) ([]string, error) {
	if runtime.GOOS == "linux" {
		return []string{"/proc/self/exe", word}, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find ginreload's own file: %w", err)
	}
	return []string{self, word}, nil
}
