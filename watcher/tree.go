package watcher

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// tree is which folders are watched. inotify knows folders by inode and fsnotify
// by path, and neither notices when the two part: the watch of a folder that was
// moved lives on and reports under the old path, and a watch added under the new
// path is silently taken for the old one. So after any event by which a path may
// have become another folder, all watches at and below it are dropped, and then,
// after all drops of the batch, added again.
//
// It belongs to New, then to Run.
type tree struct {
	roots   []string
	ignore  func(path string, dir bool) bool
	warn    func(error)
	source  source
	table   *table
	singles singles
	folders map[string]int         // watched with all below → round in which it was entered
	round   int                    // number of the batch being applied
	inodes  map[string]os.FileInfo // of the roots, as watched
	limit   error                  // the kernel refused a watch for want of space
	warned  map[string]bool        // by text: a folder is complained about once
}

func newTree(opts Options, t *table) *tree {
	return &tree{
		roots:   opts.Roots,
		ignore:  opts.Ignore,
		warn:    opts.Warn,
		table:   t,
		singles: newSingles(opts.Files),
		folders: make(map[string]int),
		inodes:  make(map[string]os.FileInfo),
		warned:  make(map[string]bool),
	}
}

// plant watches everything afresh through s, and marks every file.
func (t *tree) plant(s source) error {
	t.source = s
	clear(t.folders)
	t.singles.forget()
	// Outer roots come first, so that a root inside of one is found there, and is
	// then a folder like any other: it may be removed.
	slices.Sort(t.roots)
	t.roots = slices.Compact(t.roots)
	var outer []string
	for _, root := range t.roots {
		if _, ok := t.folders[root]; ok {
			continue
		}
		if err := t.enterRoot(root); err != nil {
			return err
		}
		outer = append(outer, root)
	}
	t.roots = outer
	t.anchor()
	t.compareRoots()
	return nil
}

// enterRoot enters a root unless it is the folder that is watched already.
//
// That a root was removed has no event while a process is in it (the inode is not
// deleted, inotify(7)), and this process mostly is. So settle asks, every time.
func (t *tree) enterRoot(root string) error {
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR // fsnotify would watch the file
	}
	if err != nil {
		return &RootError{Root: root, Err: err}
	}
	_, watched := t.folders[root]
	if watched && os.SameFile(info, t.inodes[root]) {
		return nil
	}
	t.leave(root, Remove)
	if err := t.enter(root); err != nil {
		return &RootError{Root: root, Err: err}
	}
	t.inodes[root] = info
	t.anchor()
	return nil
}

// compareRoots tells of roots that are other names of folders in other roots.
func (t *tree) compareRoots() {
	resolved := make([]string, len(t.roots))
	for i, root := range t.roots {
		resolved[i], _ = filepath.EvalSymlinks(root)
	}
	for i, one := range t.roots {
		for j, other := range t.roots {
			same := i > j && resolved[i] == resolved[j]
			if same || below(resolved[i], resolved[j]) {
				t.tell(fmt.Errorf("watching files: changes in %s may be reported under %s, which holds the same files", one, other))
			}
		}
	}
}

// enter watches dir and all folders below it that are not ignored, and marks the
// files in them. Each folder is watched first and listed then: what comes after
// the watch has an event, what came before is in the list, and what is in both
// is marked twice, which is no different from once.
func (t *tree) enter(dir string) error {
	if err := t.watch(dir); err != nil {
		return err
	}
	for todo := []string{dir}; len(todo) > 0; {
		dir, todo = todo[len(todo)-1], todo[:len(todo)-1]
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.complain(dir, err) // and go on with the entries before the error
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if !e.IsDir() {
				if t.wants(path, e.Type()) {
					t.table.mark(path, Create)
				}
				continue
			}
			if _, ok := t.folders[path]; ok || t.ignored(path, true) {
				continue
			}
			if err := t.watch(path); err != nil {
				t.complain(path, err)
				continue
			}
			todo = append(todo, path)
		}
	}
	return nil
}

func (t *tree) watch(dir string) error {
	if t.limit == nil {
		err := t.source.add(dir)
		if isLimit(err) {
			t.limit, err = err, nil // go on, to know how many folders there are
		}
		if err != nil {
			return err
		}
	}
	// fsnotify follows links: if the folder has become one since it was listed,
	// the watch is on the target, and would take its events away from it.
	if isLink(dir) && !slices.Contains(t.roots, dir) {
		_ = t.source.remove(dir)
		return syscall.ENOTDIR
	}
	t.folders[dir] = t.round
	return nil
}

// leave drops all watches at and below a path that may not be the folder that it
// was, and reports whether there were any.
func (t *tree) leave(dir string, op Op) bool {
	released := t.release(dir, op)
	if _, ok := t.folders[dir]; !ok {
		return released
	}
	t.table.markBelow(dir, op)
	for folder := range t.folders {
		if folder == dir || below(folder, dir) {
			delete(t.folders, folder)
			// The error says that the kernel or fsnotify was faster.
			_ = t.source.remove(folder)
		}
	}
	return true
}

// apply takes note of a batch, and moves w by those events that matter.
func (t *tree) apply(b batch, w *window) {
	t.round++
	// Sorted, so that a folder is entered before the folders in it are looked at.
	paths := slices.Sorted(maps.Keys(b.events))
	matters := func(e event) {
		w.touch(e.first)
		w.touch(e.last)
	}
	for _, path := range paths {
		if e := b.events[path]; e.op.structural() && t.leave(path, e.op) {
			matters(e)
		}
	}
	t.anchor()
	for _, path := range paths {
		if e := b.events[path]; t.look(path, e.op) {
			matters(e)
		}
	}
}

// look sees what is at path now, and reports whether an event there can lead to
// a change.
func (t *tree) look(path string, op Op) bool {
	if op.structural() && slices.Contains(t.roots, path) {
		return true // findRoots sees what became of it; a deployment may swap it
	}
	if t.singles.has(path) {
		t.table.mark(path, op)
		return true
	}
	if _, ok := t.folders[filepath.Dir(path)]; !ok {
		return false // of a folder that was left, or beside a single file
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return t.table.markKnown(path, op)
	case info.IsDir():
		replaced := t.table.markKnown(path, op)
		return t.lookFolder(path, op) || replaced
	case t.wants(path, info.Mode().Type()):
		t.table.mark(path, op)
		return true
	}
	return t.table.markKnown(path, op)
}

func (t *tree) lookFolder(path string, op Op) bool {
	if !op.structural() || t.ignored(path, true) {
		return false
	}
	// A folder that was found while entering the one above it, in this batch, was
	// watched after this event and needs no second look.
	if round, ok := t.folders[path]; ok && round == t.round {
		return true
	}
	if err := t.enter(path); err != nil {
		t.complain(path, err)
	}
	return true
}

// findRoots makes sure that the roots are there and watched.
func (t *tree) findRoots() error {
	for _, root := range t.roots {
		if err := t.enterRoot(root); err != nil {
			return err
		}
	}
	return nil
}

// watching reports whether a change of the file would be noticed.
func (t *tree) watching(path string) bool {
	_, ok := t.folders[filepath.Dir(path)]
	return ok || t.singles.has(path)
}

// wants reports whether a path of this type is a file to watch.
func (t *tree) wants(path string, mode fs.FileMode) bool {
	if t.singles.has(path) {
		return true
	}
	return mode&^fs.ModeSymlink == 0 && !isDropping(filepath.Base(path)) && !t.ignored(path, false)
}

func (t *tree) ignored(path string, dir bool) bool { return t.ignore != nil && t.ignore(path, dir) }

// complain tells the caller once about a folder that is not watched, except about
// one that is none any more, which has an event of its own.
func (t *tree) complain(dir string, err error) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || isLink(dir) {
		return
	}
	t.tell(fmt.Errorf("watching folder %s: %w", dir, err))
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func (t *tree) tell(err error) {
	if t.warn == nil || t.warned[err.Error()] {
		return
	}
	t.warned[err.Error()] = true
	t.warn(err)
}
