package plan

import (
	"path/filepath"

	"github.com/ginreload/ginreload/watcher"
)

// Action is what a change leads to.
type Action string

// Actions.
const (
	Ignore  Action = "ignore"
	Rebuild Action = "rebuild"
	Reread  Action = "reread the configuration"
)

// Rules say which files matter.
type Rules interface {
	// Relevant reports whether a change of the file matters, and why or why
	// not. The reason is Configuration for the configuration itself.
	Relevant(path string) (bool, string)
}

// Configuration is the reason that marks the configuration file.
const Configuration = "configuration"

// Decision is an action with the reason that a user is shown.
type Decision struct {
	Action Action
	Why    string
	Files  []string // that led to it, relative to the root, in order
}

// Decide looks at everything that changed together. The strongest action wins;
// a set that overflowed may be incomplete and always leads to a build.
func Decide(set watcher.ChangeSet, root string, rules Rules) Decision {
	ignored := Decision{Action: Ignore}
	var reread, rebuild Decision
	for _, c := range set.Changes {
		name := relative(root, c.Path)
		ok, why := rules.Relevant(c.Path)
		switch {
		case !ok:
			ignored.add(name, why)
		case why == Configuration:
			reread.add(name, why)
		default:
			rebuild.add(name, why)
		}
	}
	switch {
	case len(rebuild.Files) > 0:
		rebuild.Action = Rebuild
		return rebuild
	case set.Overflow:
		return Decision{Action: Rebuild, Why: "file events were lost", Files: ignored.Files}
	case len(reread.Files) > 0:
		reread.Action = Reread
		return reread
	}
	return ignored
}

// add notes a file; the reason for the first one stands for all.
func (d *Decision) add(name, why string) {
	if d.Why == "" {
		d.Why = why
	}
	d.Files = append(d.Files, name)
}

func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
