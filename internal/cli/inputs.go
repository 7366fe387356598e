package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
	s.late = make(chan watcher.ChangeSet)
	var watched []string // belongs to whoever loads
	return inputs.New(func(ctx context.Context, built time.Time) (inputs.Graph, func(), error) {
		g, err := graph.Load(ctx, s.made.query(s.builder.Tool()))
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Debug, Message: err.Error()})
			}
			return nil, nil, err
		}
		folders := beyond(files{Config: s.cfg, ignore: s.ignore}, g)
		s.attend(folders, g.Files())
		set := missed(g, folders, watched, built)
		watched = folders
		return g, func() { s.learned(ctx, g, set) }, nil
	})
}

func among(files []string) func(string) bool {
	set := make(map[string]bool, len(files))
	for _, file := range files {
		set[file] = true
	}
	return func(path string) bool { return set[path] }
}

// learned tells of a graph, and has changes decided about that it has come too
// late for. A build that begins meanwhile has them.
func (s *stages) learned(ctx context.Context, g *graph.Graph, set watcher.ChangeSet) {
	if ctx.Err() != nil {
		return // the end has been told, or a build will load another
	}
	s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Debug, Message: extentOf(g)})
	if set.Empty() {
		return
	}
	select {
	case s.late <- set:
	case <-ctx.Done():
	}
}

// missed are the inputs in folders that are watched only now, and that may have
// changed since they were built.
func missed(g *graph.Graph, folders, before []string, built time.Time) watcher.ChangeSet {
	set := watcher.ChangeSet{First: time.Now()}
	for _, file := range g.Files() {
		dir := filepath.Dir(file)
		if !slices.Contains(folders, dir) || slices.Contains(before, dir) {
			continue
		}
		if info, err := os.Stat(file); err == nil && !info.ModTime().Before(built) {
			set.Changes = append(set.Changes, watcher.Change{Path: file, Op: watcher.Write})
		}
	}
	return set
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
	s.reconsider(set)
	return s.weigh(set)
}

// reconsider looks at what git ignores once that may have changed.
func (s *stages) reconsider(set watcher.ChangeSet) {
	var paths []string
	for _, c := range set.Changes {
		paths = append(paths, c.Path)
	}
	if s.ignore.Changed(paths) {
		s.watcher.Reconsider()
	}
}

// weigh says what changes are to the program, and what follows from that.
func (s *stages) weigh(set watcher.ChangeSet) plan.Decision {
	var paths []string
	all := set.Overflow
	for _, c := range set.Changes {
		paths = append(paths, c.Path)
		all = all || slices.Contains(s.cfg.EnvFiles, c.Path) // GOFLAGS may be in it
	}
	s.inputs.Changed(paths, all)
	for _, path := range paths {
		_, member := s.inputs.Input(path)
		s.members.note(path, member)
	}
	d := plan.Decide(set, s.here, s.files())
	d.AsBuilt = d.AsBuilt && exists(s.made.Output) // somebody may have cleaned up
	return d
}

func (s *stages) files() files { return files{s.cfg, s.inputs, len(s.made.Before) == 0, s.ignore} }

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
