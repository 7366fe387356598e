package watcher

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// apply takes note of a batch, and moves w by those events that matter.
func (t *tree) apply(b batch, w *window) {
	for path, e := range t.names.everyName(b.events) {
		t.doubt(path, e)
	}
	t.look(w)
}

// doubt has a path looked at, and all links that lead over it.
func (t *tree) doubt(path string, e event) {
	known, ok := t.doubts[path]
	if ok {
		e.op, e.first = known.op.then(e.op), known.first
	}
	t.doubts[path] = e
	if ok && e.op == known.op {
		return // links may lead in a circle
	}
	for link := range t.links.over[path] {
		t.doubt(link, e)
	}
}

func (t *tree) doubtNow(path string, op Op) {
	now := time.Now()
	t.doubt(path, event{op: op, first: now, last: now})
}

// look sees what became of all that is in doubt, and of what that casts doubt on.
func (t *tree) look(w *window) {
	for len(t.doubts) > 0 {
		t.round++
		events := t.leaveDoubtful(w)
		t.anchor()
		// Sorted, so that a folder is entered before the folders in it are looked at.
		for _, path := range slices.Sorted(maps.Keys(events)) {
			if e := events[path]; t.lookAt(path, e.op) {
				w.touch(e.first)
				w.touch(e.last)
			}
		}
	}
}

// leaveDoubtful leaves each path that may not be the folder that it was, and
// returns all that is in doubt after that.
func (t *tree) leaveDoubtful(w *window) map[string]event {
	all := make(map[string]event)
	for len(t.doubts) > 0 {
		events := t.doubts
		t.doubts = make(map[string]event)
		for _, path := range slices.Sorted(maps.Keys(events)) {
			e := events[path]
			if e.op.structural() && t.leave(path, e.op) {
				w.touch(e.first)
				w.touch(e.last)
			}
			if before, ok := all[path]; ok {
				e.op, e.first = before.op.then(e.op), before.first
			}
			all[path] = e
		}
	}
	return all
}

// lookAt sees what is at path now, and reports whether an event there can lead to
// a change.
func (t *tree) lookAt(path string, op Op) bool {
	if op.structural() && t.isRoot(path) {
		return true // findRoots sees what became of it; a deployment may swap it
	}
	if t.singles[path] {
		t.followLink(path)
		t.table.mark(path, op)
		return true
	}
	entered := t.flat[path] && t.lookAtFlat(path)
	if _, ok := t.folders[filepath.Dir(path)]; !ok {
		return entered // of a folder that was left, or beside a single file
	}
	return t.lookAtEntry(path, op) || entered
}

// lookAtEntry is lookAt for what is, or was, in a folder that is watched.
func (t *tree) lookAtEntry(path string, op Op) bool {
	info, err := os.Lstat(path)
	if err != nil {
		t.setTrail(path, nil)
		return t.table.markKnown(path, op)
	}
	kind := info.Mode().Type()
	if t.isFolder(path, kind) {
		replaced := t.table.markKnown(path, op)
		return t.lookAtFolder(path, kind, op) || replaced
	}
	return t.markWanted(path, kind, op) || t.table.markKnown(path, op)
}

func (t *tree) lookAtFolder(path string, kind fs.FileMode, op Op) bool {
	if !op.structural() || !t.enters(path) {
		return false
	}
	// A folder that was found while entering the one above it, in this round, was
	// watched after this event and needs no second look.
	if f, ok := t.folders[path]; ok && f.round == t.round && !f.flat {
		return true
	}
	if err := t.enter(path); err != nil {
		t.refuse(path, kind, err)
	}
	return true
}
