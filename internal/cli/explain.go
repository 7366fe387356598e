package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/graph"
	"github.com/ginreload/ginreload/internal/ignore"
	"github.com/ginreload/ginreload/internal/plan"
	"github.com/ginreload/ginreload/internal/project"
	"github.com/ginreload/ginreload/watcher"
)

// explain says what a change of each file leads to, as run would decide it once
// the program has been built.
func explain(in Invocation, cfg config.Config) error {
	ctx := in.context()
	if cfg.FindRoot {
		cfg.Root = project.Root(cfg.Dir)
	}
	m, err := outline(ctx, cfg, "", in.Env)
	if err == nil {
		err = m.find()
	}
	if several := (*project.Several)(nil); errors.As(err, &several) {
		return &config.UsageError{Message: err.Error(), Hint: "say which: ginreload explain --package " + several.Packages[0] + " FILE"}
	}
	if err != nil {
		return err
	}
	m.environment = &environment{own: in.Env, files: cfg.EnvFiles, set: m.Set}
	m.Before = append(preCommands(cfg), m.Before...)
	e := explainer{cfg: cfg, made: m, here: in.Dir, ignore: ignores(ctx, cfg, in.Env)}
	unknown := e.learn(ctx)
	var all []explanation
	for _, file := range cfg.Explained {
		x, err := e.explain(file)
		if err != nil {
			return err
		}
		all = append(all, x)
	}
	if err := show(in.Stdout, all, cfg.JSON); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	return unknown
}

// explainer knows what run would know.
type explainer struct {
	cfg    config.Config
	made   made
	here   string
	ignore *ignore.Ignore
	snapshot
}

// snapshot is a graph that nothing has changed since.
type snapshot struct{ graph *graph.Graph }

func (s snapshot) Certain() bool             { return s.graph != nil }
func (s snapshot) WhyNot(path string) string { return s.graph.WhyNot(path) }
func (s snapshot) Input(path string) (graph.Input, bool) {
	if s.graph == nil {
		return graph.Input{}, false
	}
	return s.graph.Input(path)
}

// learn asks what the program is made of. Where nobody can tell it is no error.
func (e *explainer) learn(ctx context.Context) error {
	if !e.made.plain() {
		return nil
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		return errNoGo
	}
	e.graph, err = graph.Load(ctx, e.made.query(tool))
	if errors.Is(err, graph.ErrUncertain) {
		return nil
	}
	return err
}

// explanation is what there is to say about a file.
type explanation struct {
	File    string      `json:"file"` // as ginreload would name it
	Exists  bool        `json:"exists"`
	Action  plan.Action `json:"action"`  // rebuild, restart, refresh, rule, reread or ignore
	Build   bool        `json:"build"`   // a build comes first
	Leads   string      `json:"leads"`   // what that means
	Because string      `json:"because"` // why
	Kind    graph.Kind  `json:"kind,omitempty"`
	Package string      `json:"package,omitempty"`
	Imports []string    `json:"imports,omitempty"` // from the program to Package
	Notes   []string    `json:"notes,omitempty"`
}

func (e explainer) explain(file string) (explanation, error) {
	file = e.asWatched(file)
	info, err := os.Stat(file)
	if err == nil && info.IsDir() {
		return explanation{}, &config.UsageError{Message: file + " is a folder", Hint: "name a file in it; it need not exist"}
	}
	known := files{e.cfg, e.snapshot, len(e.made.Before) == 0, e.ignore}
	d := plan.Decide(watcher.ChangeSet{Changes: []watcher.Change{{Path: file, Op: watcher.Write}}}, e.here, known)
	x := explanation{Action: d.Action, Exists: !errors.Is(err, fs.ErrNotExist)}
	_, why := known.Relevant(file)
	x.File, x.Because = fromDir(e.here, file), e.because(file, cmp.Or(d.Why, why))
	x.Build = d.Action == plan.Rebuild || d.Action == plan.Restart && !d.AsBuilt
	switch {
	case len(d.Reread) > 0:
		x.Action, x.Because = "reread", "it is the configuration"
	case len(d.Rules) > 0:
		x.Action, x.Because = "rule", "the rule has it: "+e.cfg.Rules[d.Rules[0].Rule].Cmd
	case slices.Contains([]string{e.made.Output, e.cfg.BuildLog}, file):
		x.Action, x.Build, x.Because = plan.Ignore, false, "ginreload writes it itself"
	}
	x.Leads = leads(x)
	e.trace(&x, file, why)
	return x, nil
}

// because says why in a sentence.
func (e explainer) because(file, why string) string {
	in, part := e.Input(file)
	switch {
	case part && why == partOf(in):
		return memberOf(in)
	case e.Certain() && why == e.WhyNot(file):
		return "it is " + why
	}
	return sentence(why, e.cfg)
}

// trace says how the program is made of a file, and what is worth knowing beside.
func (e explainer) trace(x *explanation, file, why string) {
	note := func(text string) { x.Notes = append(x.Notes, text) }
	if !x.Exists {
		note("there is no such file; this holds for one that comes")
	}
	in, part := e.Input(file)
	if part {
		x.Kind, x.Package, x.Imports = in.Kind, in.Package, in.Chain
	}
	switch {
	case part && x.Action == plan.Ignore && len(in.Chain) > 0:
		note("the program is made of it all the same")
	case x.Action == plan.Rebuild && part, x.Action == plan.Ignore, x.Action == "rule", x.Action == "reread":
	case !e.made.plain():
		note("build.cmd is run by the shell, and nobody knows what it reads: every file that is watched counts")
	case e.graph == nil:
		note("it is not known what the program is made of, so every file that is watched counts")
	case len(e.made.Before) > 0 && why != plan.Environment:
		note("the commands before the build may read it, so it counts, whatever the program is made of")
	case x.Action == plan.Restart && !x.Build:
		note("the program may have read it when it started")
	}
	if part && generated(file) {
		note("it is generated: an edit holds until its generator runs again")
	}
}

// asWatched is the path that the watcher would have for a file.
func (e explainer) asWatched(file string) string {
	if resolved := resolve(file); !e.cfg.FollowSymlink || inside(e.cfg.Root, resolved) {
		return resolved
	}
	return file
}

func fromDir(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil {
		return filepath.ToSlash(rel)
	}
	return file
}

// generated looks for the line that generators write before the package clause.
func generated(file string) bool {
	text, err := os.ReadFile(file)
	if err != nil || filepath.Ext(file) != ".go" {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "package ") {
			return false
		}
		if strings.HasPrefix(line, "// Code generated ") && strings.HasSuffix(strings.TrimSpace(line), " DO NOT EDIT.") {
			return true
		}
	}
	return false
}
