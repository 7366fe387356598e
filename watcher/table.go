package watcher

import (
	"context"
	"hash/maphash"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// baselineBudget bounds how long New reads files. The content of a file that was
// not reached is unknown, so that its first event counts as a change even if the
// content stays; that happens once per file.
//
// Reading in the background instead would need proof that no write came between
// the watch and the read, which inotify cannot give.
const baselineBudget = 250 * time.Millisecond

// table is what is known of every file, and which of it is in doubt. Events only
// cast doubt; what became of a file is decided when the window closes, by looking.
// The alternative, to fold the operations that were reported, would have to know
// every way an editor saves, and would be wrong after the first lost event.
//
// It belongs to New, then to Run.
type table struct {
	seed   maphash.Seed
	budget time.Duration
	known  map[string]fingerprint
	dirty  map[string]Op // files in doubt and how they were last said to have gone
	left   map[string]Op // folders of which the files are in doubt, likewise
}

func newTable(budget time.Duration) *table {
	return &table{
		budget: budget,
		seed:   maphash.MakeSeed(),
		known:  make(map[string]fingerprint),
		dirty:  make(map[string]Op),
		left:   make(map[string]Op),
	}
}

// mark casts doubt on one file.
func (t *table) mark(path string, op Op) { t.dirty[path] = t.dirty[path].then(op) }

// markKnown is mark for a path that is no file any more: there is no doubt about
// one that was not known.
func (t *table) markKnown(path string, op Op) bool {
	_, ok := t.known[path]
	if ok {
		t.mark(path, op)
	}
	return ok
}

// markBelow casts doubt on all files below a folder.
func (t *table) markBelow(folder string, op Op) { t.left[folder] = t.left[folder].then(op) }

func (t *table) markAll() {
	for path := range t.known {
		t.mark(path, 0)
	}
}

// forget drops the files of which lost says that they are no business of ours
// any more.
func (t *table) forget(lost func(path string) bool) {
	for path := range t.known {
		if lost(path) {
			delete(t.known, path)
			delete(t.dirty, path)
		}
	}
}

// baseline takes what is marked as known, and nothing as changed.
func (t *table) baseline() {
	paths := slices.Collect(maps.Keys(t.dirty))
	clear(t.dirty)
	t.learn(paths)
}

// learn takes files as known about which nothing is, and none as changed.
func (t *table) learn(paths []string) {
	paths = slices.DeleteFunc(paths, func(path string) bool {
		_, known := t.known[path]
		_, dirty := t.dirty[path]
		return known || dirty
	})
	ctx, cancel := context.WithTimeout(context.Background(), t.budget)
	defer cancel()
	for i, now := range fingerprints(ctx, t.seed, paths) {
		if now.state != absent {
			t.known[paths[i]] = now
		}
	}
}

// settle looks at everything in doubt and returns what changed, sorted. watched
// says whether a path would still be noticed if it existed; one that would not is
// gone. If patient, and a file has lost all its content, settle decides nothing
// and returns wait: most editors truncate before they write.
func (t *table) settle(ctx context.Context, watched func(path string) bool, patient bool) (changes []Change, wait bool) {
	t.spread()
	paths := slices.Sorted(maps.Keys(t.dirty))
	prints := fingerprints(ctx, t.seed, paths)
	if ctx.Err() != nil {
		return nil, false
	}
	for i, path := range paths {
		if !watched(path) {
			prints[i] = fingerprint{}
		}
		if now := prints[i]; patient && now.state == read && now.size == 0 && t.known[path].size > 0 {
			return nil, true
		}
	}
	for i, path := range paths {
		if op := t.judge(path, prints[i]); op != 0 {
			changes = append(changes, Change{path, op})
		}
	}
	clear(t.dirty)
	return changes, false
}

// judge replaces what is known of path and returns the difference, 0 for none.
func (t *table) judge(path string, now fingerprint) Op {
	before := t.known[path]
	if now.state == absent {
		delete(t.known, path)
		switch {
		case before.state == absent:
			return 0
		case t.dirty[path]&Rename != 0:
			return Rename
		}
		return Remove
	}
	t.known[path] = now
	switch {
	case before.state == absent:
		return Create
	case before.state == unsure, before != now:
		return Write
	}
	return 0
}

// spread turns doubt about folders into doubt about their files: one pass over
// all files, however many folders have been left.
func (t *table) spread() {
	if len(t.left) == 0 {
		return
	}
	for path := range t.known {
		for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
			if op, ok := t.left[dir]; ok {
				t.mark(path, op)
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	clear(t.left)
}

// below reports whether path lies in folder, at any depth.
func below(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && rest != "" && (rest[0] == filepath.Separator || strings.HasSuffix(folder, string(filepath.Separator)))
}
