package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/app"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/loop"
	"github.com/ginreload/ginreload/internal/outage"
	"github.com/ginreload/ginreload/internal/plan"
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
	defer func() {
		if s.made.cleaning != nil {
			s.made.cleaning.Clean()
		}
	}()
	if err := s.prepare(ctx); err != nil {
		return nil, unusable{err}
	}
	defer s.builder.Close()
	told.hear(in, cfg)
	if err := s.watch(); err != nil {
		return nil, unusable{err}
	}
	console, err := openConsole(in, cfg, told.screen)
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
	watcher *watcher.Watcher
	hub     *event.Hub
	trouble *report.Trouble
	here    string // where ginreload was started

	announced bool
	early     []event.Event  // what was to be told before the first line
	next      *config.Config // that takes the place of this one
}

// prepare finds out how to build.
func (s *stages) prepare(ctx context.Context) error {
	if s.cfg.FindRoot {
		s.cfg.Root = project.Root(s.cfg.Dir)
	}
	var err error
	if s.made, err = recipe(ctx, s.cfg, s.session, s.in.Env); err != nil {
		return err
	}
	s.builder, err = builder.New(s.made.Recipe, s.made.scratch)
	if errors.Is(err, builder.ErrNoToolchain) {
		return errNoGo
	}
	return err
}

// run connects the parts and joins them.
func (s *stages) run(ctx context.Context, console *app.Console) error {
	program := app.New(app.Options{
		Session: s.session, Dir: s.cfg.Dir, Env: s.environment, Console: console, Command: s.made.command,
		Grace: s.cfg.KillDelay, Signal: stopSignal(s.cfg),
		Keep: s.cfg.Handoff == "auto", Alone: !s.cfg.Overlap, Probe: s.cfg.Ready, Hold: s.cfg.Hold,
		Outage: func() outage.Page {
			headline, detail := s.trouble.Text()
			return outage.Page{Headline: headline, Detail: detail}
		},
	})
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
	wg.Go(func() {
		for {
			select {
			case sig := <-s.in.Signals:
				select {
				case interrupts <- sig.String():
				case <-parts.Done():
					return
				}
			case <-parts.Done():
				return
			}
		}
	})
	again, err := loop.Run(ctx, loop.Stages{
		Settings:   settings(s.cfg),
		Changes:    s.watcher.Changes(),
		Decide:     func(set watcher.ChangeSet) plan.Decision { return plan.Decide(set, s.here, files{s.cfg}) },
		Reread:     s.reread,
		Build:      s.build,
		Task:       s.task,
		App:        program,
		Interrupts: interrupts,
		Failures:   failures,
		Publish:    s.hub.Publish,
	})
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

// watch starts to watch before the first build, so that no change falls
// between the two.
func (s *stages) watch() error {
	own := []string{s.made.Output, s.made.scratch, s.cfg.BuildLog}
	w, err := watcher.New(watcher.Options{
		Roots: s.roots(),
		Files: append(existing(s.cfg.File), s.cfg.EnvFiles...),
		Ignore: func(path string, dir bool) bool {
			return slices.Contains(own, path) || s.cfg.Ignored(path, dir)
		},
		FollowSymlinks: s.cfg.FollowSymlink,
		Poll:           s.cfg.Poll,
		PollInterval:   s.cfg.PollInterval,
		Ceiling:        s.cfg.Delay,
		Warn:           s.warn,
	})
	if err != nil {
		return err
	}
	s.watcher = w
	return nil
}

// roots are the folders to watch. Those outside of the root may be missing, as
// in a checkout of one part of a project.
func (s *stages) roots() []string {
	roots := s.cfg.Roots()[:1]
	for _, root := range s.cfg.Roots()[1:] {
		if info, err := os.Stat(root); err == nil && info.IsDir() {
			roots = append(roots, root)
			continue
		}
		s.early = append(s.early, event.Event{Kind: event.Notice, Level: event.Warn,
			Message: "include_dir: there is no folder " + root,
			Hint:    "start ginreload again when it is there, or take it out of include_dir"})
	}
	return roots
}

// warn tells about folders that are not watched, but not before the first line.
func (s *stages) warn(err error) {
	e := event.Event{Kind: event.Notice, Level: event.Warn, Message: err.Error()}
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = "changes in it are not seen: make it readable, or list it in exclude_dir of .air.toml"
	}
	if !s.announced {
		s.early = append(s.early, e)
		return
	}
	s.hub.Publish(e)
}

// announce prints the first line, and what is odd about the configuration.
func (s *stages) announce() {
	folders := "folders"
	if s.watcher.Watched() == 1 {
		folders = "folder"
	}
	s.hub.Publish(event.Event{
		Kind: event.Started, Version: version(), Package: s.made.name, Root: s.cfg.Root,
		Message: fmt.Sprintf("watching %d %s", s.watcher.Watched(), folders),
	})
	s.announced = true
	for _, e := range s.early {
		s.hub.Publish(e)
	}
	for _, w := range append(s.cfg.Warnings, s.made.notes...) {
		s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Warn, Message: w.String(), Hint: w.Hint})
	}
}

func openConsole(in Invocation, cfg config.Config, screen *screen) (*app.Console, error) {
	stdout, stderr, terminal := io.Writer(in.Stdout), io.Writer(in.Stderr), in.Stdout
	if cfg.JSON {
		stdout, terminal = stderr, in.Stderr
	}
	if !isTerminal(terminal) {
		terminal = nil
	}
	return app.OpenConsole(screen.program(stdout), screen.program(stderr), terminal)
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

func existing(file string) []string {
	if file == "" {
		return nil
	}
	if abs, err := filepath.Abs(file); err == nil {
		return []string{abs}
	}
	return nil
}
