package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/inputs"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/watcher"
)

// plain reports whether the program is made by a go build, which says what it
// reads. What a command of the shell reads, nobody knows.
func (m made) plain() bool { return m.Shell == "" && !m.Nothing }

// query asks what the program is made of.
func (m made) query(tool string) graph.Query {
	env, _ := m.environment.Read() // told with the build
	return graph.Query{Tool: tool, Dir: m.Dir, Env: append(env, m.Set...), Flags: m.Flags, Packages: m.Packages}
}

// keeper keeps the inputs of the program up to date, and has their folders watched.
func (s *stages) keeper() *inputs.Keeper {
	if !s.made.plain() {
		return inputs.New(nil)
	}
	return inputs.New(func(ctx context.Context) (inputs.Graph, error) {
		g, err := graph.Load(ctx, s.made.query(s.builder.Tool()))
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Debug, Message: err.Error()})
			}
			return nil, err
		}
		s.also(beyond(s.cfg, g))
		s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Debug, Message: extentOf(g)})
		return g, nil
	})
}

func extentOf(g *graph.Graph) string {
	all, own := g.Packages()
	text := fmt.Sprintf("the program is made of %s in %s", count(own, "package"), count(len(g.Folders()), "folder"))
	if all > own {
		text += fmt.Sprintf(", and %s of other modules", count(all-own, "package"))
	}
	return text
}

// beyond are the folders that hold what the program is made of, and of which the
// watcher would not tell everything: they are outside of what is watched, or
// left out of it by nothing that was said.
func beyond(cfg interface {
	Ignored(path string, dir bool) bool
	KeepsOut(path string) bool
}, g *graph.Graph) []string {
	folders := slices.DeleteFunc(g.Folders(), func(dir string) bool { return !cfg.Ignored(dir, true) })
	for _, file := range g.Files() {
		if dir := filepath.Dir(file); cfg.Ignored(file, false) && !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	return slices.DeleteFunc(folders, cfg.KeepsOut)
}

// decide says what changes lead to.
func (s *stages) decide(set watcher.ChangeSet) plan.Decision {
	var paths []string
	all := set.Overflow
	for _, c := range set.Changes {
		paths = append(paths, c.Path)
		all = all || slices.Contains(s.cfg.EnvFiles, c.Path) // GOFLAGS may be in it
	}
	s.inputs.Changed(paths, all)
	return plan.Decide(set, s.here, s.files())
}

func (s *stages) files() files { return files{s.cfg, s.inputs, len(s.made.Before) == 0} }

// known says what the program is made of.
type known interface {
	Input(path string) (graph.Input, bool)
	Certain() bool
	WhyNot(path string) string
}

// Use says what a file is to the program. Commands before the build may read
// anything, so that with these a build is never spared.
func (f files) Use(path string) (plan.Use, string) {
	if in, ok := f.known.Input(path); ok {
		return plan.Part, partOf(in)
	}
	if f.alone && f.known.Certain() {
		return plan.Apart, f.known.WhyNot(path)
	}
	return plan.Unknown, ""
}

// partOf says how a file is a part of the program.
func partOf(in graph.Input) string {
	switch {
	case len(in.Chain) == 0 && in.Package == "":
		return "decides what is built"
	case len(in.Chain) == 0:
		return "decides what is built, for " + in.Package
	}
	return fmt.Sprintf("%s of %s", in.Kind, strings.Join(in.Chain, " → "))
}
