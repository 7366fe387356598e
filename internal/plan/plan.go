package plan

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/watcher"
)

// Action is what a change leads to.
type Action string

// Actions, the weakest first.
const (
	Ignore  Action = "ignore"
	Refresh Action = "refresh" // the program serves the new file by itself
	Rebuild Action = "rebuild"
	Restart Action = "restart" // a build, and the program is started anew even if that comes out as before; see Decision.AsBuilt
)

// Use is what a file is to the program.
type Use int

// Uses.
const (
	Unknown Use = iota // nobody can tell: it may be anything
	Part               // the program is made of it
	Apart              // the program is made without it, and may read it when it runs
)

// Files say what a file is for.
type Files interface {
	// Relevant reports whether a change of the file matters, and why or why
	// not. The reasons Configuration and Environment have a meaning here.
	Relevant(path string) (bool, string)
	// RuleFor returns the index of the rule that has the file, if one has.
	RuleFor(path string) (int, bool)
	// Tested reports whether tests are to be run for a file that does not matter
	// to the program, such as one that holds tests.
	Tested(path string) bool
	// Use is asked about relevant files, and says why if it is Part or Apart.
	Use(path string) (Use, string)
}

// Reasons.
const (
	Configuration = "configuration" // of the configuration file
	Environment   = "env_files"     // of one that holds variables of build and program
)

// Decision is what changes lead to. Files are relative to the root, in order.
type Decision struct {
	Action Action
	Why    string
	Files  []string // that led to Action

	// AsBuilt says of a Restart that there is nothing to build: the program that
	// was built last will do.
	AsBuilt bool

	Tests  []string // files that only tests are run for
	Rules  []Match  // that run, in their order, whatever Action is
	Reread []string // files of the configuration that have changed
}

// Match is a rule with the files that it has taken away from the build.
type Match struct {
	Rule  int
	Files []string
}

// Decide looks at everything that changed together. The strongest action wins;
// a set that overflowed may be incomplete and always leads to a build. A file
// with a rule leads to nothing but that, whatever it is, the configuration
// excepted.
func Decide(set watcher.ChangeSet, root string, files Files) Decision {
	var found sorted
	var rules []Match
	var reread, tests []string
	for _, c := range set.Changes {
		name := relative(root, c.Path)
		ok, why := files.Relevant(c.Path)
		rule, taken := files.RuleFor(c.Path)
		switch {
		case ok && why == Configuration:
			reread = append(reread, name)
		case taken:
			rules = match(rules, rule, name)
		case !ok && files.Tested(c.Path):
			tests = append(tests, name)
		case !ok:
			found.ignored.add(name, why)
		case why == Environment:
			found.build(name, why, true)
		default:
			use, reason := files.Use(c.Path)
			if use == Apart && files.Tested(c.Path) {
				tests = append(tests, name)
				continue
			}
			found.sort(name, why, use, reason)
		}
	}
	d := found.strongest(set.Overflow)
	d.Rules, d.Reread, d.Tests = rules, reread, tests
	return d
}

// lead is what a change of a single relevant file leads to, by its name and by
// what it is to the program: an Action, and whether a Restart is AsBuilt.
func lead(name string, use Use) (action Action, asBuilt bool) {
	switch {
	case use == Part || use == Unknown && Compiled(name):
		return Rebuild, false
	case use == Unknown:
		return Restart, false
	case Compiled(name):
		return Ignore, false
	case static(name):
		return Refresh, false
	}
	return Restart, true
}

// sorted is what was found so far, by what it leads to.
type sorted struct {
	ignored, refreshed, restarted, rebuilt Decision
	anew                                   bool // what is built is started even if it comes out as before
}

func (s *sorted) sort(name, why string, use Use, reason string) {
	if use != Unknown {
		why = reason
	}
	switch action, asBuilt := lead(name, use); {
	case action == Ignore:
		s.ignored.add(name, why)
	case action == Refresh:
		s.refreshed.add(name, why)
	case asBuilt:
		s.restarted.add(name, why)
	default:
		s.build(name, why, action == Restart)
	}
}

func (s *sorted) build(name, why string, anew bool) {
	s.rebuilt.add(name, why)
	s.anew = s.anew || anew
}

func (s *sorted) strongest(overflow bool) Decision {
	switch {
	case len(s.rebuilt.Files) > 0:
		d := s.rebuilt
		d.Action = Rebuild
		if s.anew || len(s.restarted.Files) > 0 {
			d.Action = Restart
		}
		d.Files = append(d.Files, s.restarted.Files...)
		slices.Sort(d.Files)
		return d
	case overflow:
		files := slices.Concat(s.ignored.Files, s.refreshed.Files, s.restarted.Files)
		slices.Sort(files)
		d := Decision{Action: Rebuild, Why: "file events were lost", Files: files}
		if len(s.restarted.Files) > 0 {
			d.Action = Restart
		}
		return d
	case len(s.restarted.Files) > 0:
		s.restarted.Action, s.restarted.AsBuilt = Restart, true
		return s.restarted
	case len(s.refreshed.Files) > 0:
		s.refreshed.Action = Refresh
		return s.refreshed
	}
	s.ignored.Action = Ignore
	return s.ignored
}

// Compiled reports whether the go command reads a file of that name, and so
// tells by the program that it makes whether a change of it matters. Of anything
// else, such as a template, the program may have read it when it started.
func Compiled(name string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".work", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".m", ".s", ".S", ".syso":
		return true
	}
	return false
}

// static reports whether files of that name are what servers read at each
// request, and hand out as they are.
func static(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".ico",
		".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".webm", ".ogg", ".pdf":
		return true
	}
	return false
}

// add notes a file; the reason for the first one stands for all.
func (d *Decision) add(name, why string) {
	if d.Why == "" {
		d.Why = why
	}
	d.Files = append(d.Files, name)
}

// match adds a file to its rule.
func match(rules []Match, rule int, name string) []Match {
	i, found := slices.BinarySearchFunc(rules, rule, func(m Match, rule int) int { return cmp.Compare(m.Rule, rule) })
	if !found {
		rules = slices.Insert(rules, i, Match{Rule: rule})
	}
	rules[i].Files = append(rules[i].Files, name)
	return rules
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
