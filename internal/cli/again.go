package cli

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/ignore"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/report"
)

func (in Invocation) context() context.Context { return context.Background() }

// run is the main job, and the same again with each new configuration. When one
// turns out to be of no use after all, the one before comes back.
func run(in Invocation, cfg config.Config) error {
	told := newAudience(in)
	var before *config.Config
	var notes []event.Event
	for {
		next, err := once(in, cfg, told, notes...)
		switch {
		case errors.As(err, &unusable{}) && before != nil:
			notes = []event.Event{refusal(err)}
			cfg, before = *before, nil
			continue
		case err != nil || next == nil:
			return err
		}
		last := cfg
		before, notes = &last, nil
		// It may have changed once more, and nobody has watched it.
		if cfg, _, err = config.Load(in.Args, in.getenv, in.Dir); err != nil || cfg.File == "" {
			cfg = *next
		}
	}
}

// unusable is an error for which nothing has begun.
type unusable struct{ error }

func (u unusable) Unwrap() error { return u.error }

// audience is who is told what happens, whatever the configuration is.
type audience struct {
	hub     *event.Hub
	trouble *report.Trouble
	screen  *screen
	sink    event.Sink // is changed only while nobody tells anything
}

func newAudience(in Invocation) *audience {
	a := &audience{
		screen:  &screen{shared: isTerminal(in.Stdout) && isTerminal(in.Stderr)},
		trouble: report.NewTrouble(version()),
	}
	// What is told is on the page by then.
	a.hub = event.NewHub(a.trouble.Show, func(e event.Event) { a.sink(e) })
	return a
}

// hear has everything shown from now on as cfg wants it.
func (a *audience) hear(in Invocation, cfg config.Config) { a.sink = in.sink(cfg, a.screen) }

// files say what a file is for.
type files struct {
	config.Config
	known  known
	alone  bool // nothing but the go command has a hand in the build
	ignore *ignore.Ignore
}

// Ignored adds what git ignores to what the configuration does.
func (f files) Ignored(path string, dir bool) bool {
	return f.Config.Ignored(path, dir) || f.ignore.Left(path, dir)
}

// Relevant adds the files that Config has no word for, or does not know to be a
// part of the program.
func (f files) Relevant(path string) (bool, string) {
	switch {
	case slices.Contains(f.EnvFiles, path):
		return true, plan.Environment
	case f.File == "" && path == filepath.Join(f.Dir, ".air.toml"):
		return true, plan.Configuration // the first one
	}
	ok, why := f.Config.Relevant(path)
	if _, part := f.known.Input(path); part {
		if ok {
			return ok, why
		}
		return f.RelevantPart(path)
	}
	if ok {
		if without := f.ignore.Why(path); without != "" {
			return false, without
		}
	}
	return ok, why
}

// reread looks at the configuration that has changed, and says why it is not
// taken unless it is.
func (s *stages) reread() *event.Event {
	next, _, err := config.Load(s.in.Args, s.in.getenv, s.in.Dir)
	if err != nil {
		e := refusal(err)
		return &e
	}
	if next.File == "" && s.loaded.File != "" {
		// As long as a branch is checked out that lacks it, say.
		return &event.Event{Kind: event.Notice, Level: event.Warn,
			Message: "the configuration is gone; what it said stays in use", Hint: "to do without it, start ginreload again"}
	}
	if same(next, s.loaded) {
		return &event.Event{Kind: event.Notice, Level: event.Info, Message: "the configuration says the same as before"}
	}
	s.next = &next
	return nil
}

// same compares what two configurations say, and not where they say it.
func same(a, b config.Config) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if x.Type().Field(i).IsExported() && !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			return false
		}
	}
	return true
}

// refusal tells of a configuration that is not taken.
func refusal(err error) event.Event {
	message := err.Error()
	if source := sourceOf(err); source != "" {
		message += "\n  " + source
	}
	hint := "the configuration before stays in use"
	if more := hintFor(err); more != "" {
		hint = strings.TrimSuffix(more, ".") + "; " + hint
	}
	return event.Event{Kind: event.Notice, Level: event.Error, Message: message, Hint: hint}
}
