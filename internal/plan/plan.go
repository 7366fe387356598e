package plan

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"

	"github.com/ginreload/ginreload/watcher"
)

// Action is what a change leads to.
type Action string

// Actions.
const (
	Ignore  Action = "ignore"
	Rebuild Action = "rebuild"
	Restart Action = "restart" // a build, and the program is started anew even if that comes out as before
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
	ignored, rebuild := Decision{Action: Ignore}, Decision{Action: Rebuild}
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
			ignored.add(name, why)
		case why == Environment || !compiled(name):
			rebuild.Action = Restart
			rebuild.add(name, why)
		default:
			rebuild.add(name, why)
		}
	}
	d := ignored
	switch {
	case len(rebuild.Files) > 0:
		d = rebuild
	case set.Overflow:
		d = Decision{Action: Rebuild, Why: "file events were lost", Files: ignored.Files}
	}
	d.Rules, d.Reread, d.Tests = rules, reread, tests
	return d
}

// compiled reports whether the go command reads a file of that name, and so
// tells by the program that it makes whether a change of it matters. Of anything
// else, such as a template, the program may have read it when it started.
func compiled(name string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".work", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".m", ".s", ".S", ".syso":
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
