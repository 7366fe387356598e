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

// baselineBudget bounds how long New reads files, if it has taken less than that up
// to then; else there is leastBudget. The content of a file that was not reached is
// unknown, so that its first event counts as a change even if the content stays; that
// happens once per file.
//
// Reading in the background instead would need proof that no write came between
// the watch and the read, which inotify cannot give.
const (
	baselineBudget = 250 * time.Millisecond
	leastBudget    = 20 * time.Millisecond
)

// table is what is known of every file, and which of it is in doubt. Events only
// cast doubt; what became of a file is decided when the window closes, by looking.
// The alternative, to fold the operations that were reported, would have to know
// every way an editor saves, and would be wrong after the first lost event.
//
// It belongs to New, then to Run.
type table struct {
	seed   maphash.Seed
	budget time.Duration
	known  known
	first  bool          // nothing is known yet, and so there is no doubt about anything
	dirty  map[string]Op // files in doubt and how they were last said to have gone
	left   map[string]Op // folders of which the files are in doubt, likewise
}

func newTable(budget time.Duration) *table {
	return &table{
		budget: budget,
		seed:   maphash.MakeSeed(),
		known:  known{make(map[string][]item)},
		first:  true,
		dirty:  make(map[string]Op),
		left:   make(map[string]Op),
	}
}

// mark casts doubt on one file.
func (t *table) mark(path string, op Op) { t.dirty[path] = t.dirty[path].then(op) }

// found casts doubt on files of a folder.
func (t *table) found(dir string, names []string, op Op) {
	if t.first {
		t.known.fill(dir, names)
		return
	}
	for _, name := range names {
		t.mark(join(dir, name), op)
	}
}

// markKnown is mark for a path that is no file any more: there is no doubt about
// one that was not known.
func (t *table) markKnown(path string, op Op) bool {
	_, ok := t.known.of(path)
	if ok {
		t.mark(path, op)
	}
	return ok
}

// markBelow casts doubt on all files below a folder.
func (t *table) markBelow(folder string, op Op) { t.left[folder] = t.left[folder].then(op) }

func (t *table) markAll() {
	for path := range t.known.all() {
		t.mark(path, 0)
	}
}

// forget drops the files of which lost says that they are no business of ours
// any more.
func (t *table) forget(lost func(path string) bool) {
	for dir := range t.known.folders {
		for _, path := range t.known.in(dir) {
			if lost(path) {
				t.known.forget(path)
			}
		}
	}
	maps.DeleteFunc(t.dirty, func(path string, _ Op) bool { return lost(path) })
}

// baseline takes what was found as known, and nothing as changed. The budget is
// counted from when New began.
func (t *table) baseline(began time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), max(t.budget-time.Since(began), leastBudget))
	defer cancel()
	t.first = false
	paths := slices.Collect(maps.Keys(t.dirty))
	clear(t.dirty)
	t.read(ctx, paths)
	for _, dir := range slices.Collect(maps.Keys(t.known.folders)) {
		if ctx.Err() != nil {
			return
		}
		t.read(ctx, t.known.in(dir))
	}
}

// learn takes files as known about which nothing is, and none as changed.
func (t *table) learn(paths []string) {
	ctx, cancel := context.WithTimeout(context.Background(), t.budget)
	defer cancel()
	t.read(ctx, slices.DeleteFunc(paths, func(path string) bool {
		_, known := t.known.of(path)
		_, dirty := t.dirty[path]
		return known || dirty
	}))
}

func (t *table) read(ctx context.Context, paths []string) {
	for i, now := range fingerprints(ctx, t.seed, paths) {
		if now.state == absent {
			t.known.forget(paths[i])
		} else {
			t.known.set(paths[i], now)
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
		if now := prints[i]; patient && now.state == read && now.size == 0 {
			if before, _ := t.known.of(path); before.size > 0 {
				return nil, true
			}
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
	before, _ := t.known.of(path)
	if now.state == absent {
		t.known.forget(path)
		switch {
		case before.state == absent:
			return 0
		case t.dirty[path]&Rename != 0:
			return Rename
		}
		return Remove
	}
	t.known.set(path, now)
	switch {
	case before.state == absent:
		return Create
	case before.state == unsure, before != now:
		return Write
	}
	return 0
}

// spread turns doubt about folders into doubt about their files: one pass over all
// folders, however many have been left.
func (t *table) spread() {
	if len(t.left) == 0 {
		return
	}
	for folder := range t.known.folders {
		for dir := folder; ; dir = filepath.Dir(dir) {
			if op, ok := t.left[dir]; ok {
				for _, path := range t.known.in(folder) {
					t.mark(path, op)
				}
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
