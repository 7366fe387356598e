package watcher

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// tree is which folders are watched. inotify knows folders by inode and fsnotify
// by path, and neither notices when the two part: the watch of a folder that was
// moved lives on and reports under the old path. So after any event by which a
// path may have become another folder, all watches at and below it are dropped,
// and then, after all drops of the batch, added again.
//
// It belongs to New, then to Run.
type tree struct {
	roots   []string
	ignore  func(path string, dir bool) bool
	warn    func(error)
	follows bool // links are followed
	source  source
	table   *table
	singles map[string]bool // files that are watched for themselves
	flat    map[string]bool // folders that are watched for themselves, see Also
	anchors anchors         // of singles, of flat, and of what links lead over
	links   links
	names   *names
	lister  lister
	folders map[string]folder      // watched, mostly with all below
	copies  map[identity]int       // by how many paths a folder is in folders
	doubts  map[string]event       // what there is still to look at in this round
	round   int                    // number of the batch being applied
	inodes  map[string]os.FileInfo // of the roots, as watched
	limit   error                  // the kernel refused a watch for want of space
	warned  map[string]bool        // by text: a folder is complained about once
}

func newTree(opts Options, t *table) *tree {
	tree := &tree{
		roots:   opts.Roots,
		ignore:  opts.Ignore,
		warn:    opts.Warn,
		follows: opts.FollowSymlinks,
		table:   t,
		singles: make(map[string]bool),
		inodes:  make(map[string]os.FileInfo),
		warned:  make(map[string]bool),
	}
	for _, file := range opts.Files {
		tree.singles[file] = true
	}
	return tree
}

// plant watches everything afresh through s, and marks every file.
func (t *tree) plant(s source) error {
	t.source = s
	t.names = newNames(s, t.lostWatch)
	t.folders, t.copies = make(map[string]folder), make(map[identity]int)
	t.doubts = make(map[string]event)
	t.anchors, t.links = newAnchors(), newLinks()
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
	for file := range t.singles {
		t.anchors.of[file] = ""
	}
	for dir := range t.flat {
		t.await(dir)
	}
	t.anchor()
	t.look(&window{})
	return nil
}

// enter watches dir and all folders below it that are not ignored, and marks the
// files in them. Each folder is watched first and listed then: what comes after
// the watch has an event, what came before is in the list, and what is in both
// is marked twice, which is no different from once.
func (t *tree) enter(dir string) error {
	if err := t.watch(dir, false); err != nil {
		return err
	}
	// The nearer to the root, the earlier: should there be too few watches, these
	// folders have them.
	for todo := []string{dir}; len(todo) > 0; todo = todo[1:] {
		dir := todo[0]
		files, folders := t.list(dir)
		t.table.found(dir, files, Create)
		for _, e := range folders {
			path := join(dir, e.name)
			if f, ok := t.folders[path]; ok && !f.flat || t.ignored(path, true) {
				continue
			}
			if err := t.watch(path, false); err != nil {
				t.refuse(path, e.kind, err)
				continue
			}
			todo = append(todo, path)
		}
	}
	return nil
}

// dirent is what a folder says of something in it.
type dirent struct {
	name string
	kind fs.FileMode // type bits
}

// list returns the names of the files to watch in a folder, and the folders, of
// which some may be links.
func (t *tree) list(dir string) (files []string, folders []dirent) {
	// A watch follows links: if the folder has become one since the one above it was
	// listed, the watch is on the target.
	entries, err := t.lister.list(dir, t.follows || t.folders[dir].flat || t.isRoot(dir))
	if errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) {
		t.unwatch(dir)
		return nil, nil
	}
	if err != nil {
		t.complain(dir, err) // and go on with the entries before the error
	}
	for _, e := range entries {
		path := join(dir, e.name)
		if t.isFolder(path, e.kind) {
			folders = append(folders, e)
		} else if t.wants(path, e.kind) {
			files = append(files, e.name)
		}
	}
	return files, folders
}

// isFolder reports whether what is at path is to be entered like a folder. From
// now on it is noticed if that changes, also at the far end of a link.
func (t *tree) isFolder(path string, kind fs.FileMode) bool {
	if kind&fs.ModeSymlink == 0 || !t.follows {
		return kind.IsDir()
	}
	t.followLink(path)
	return isFolder(path)
}

// refuse leaves a folder out. If it is the end of a link, there is still the link.
func (t *tree) refuse(path string, kind fs.FileMode, err error) {
	t.complain(path, err)
	if kind&fs.ModeSymlink != 0 {
		t.markWanted(path, kind, Create)
	}
}

// watching reports whether a change of the file would be noticed. A path that is
// entered as a folder is no file, even if there is a link.
func (t *tree) watching(path string) bool {
	if t.singles[path] {
		return true
	}
	f, entered := t.folders[path]
	_, above := t.folders[filepath.Dir(path)]
	if !above || entered && !f.flat {
		return false
	}
	return !(t.follows && isFolder(path) && !t.enters(path))
}

// markWanted marks a path if it is a file to watch, and reports that.
func (t *tree) markWanted(path string, kind fs.FileMode, op Op) bool {
	wanted := t.wants(path, kind)
	if wanted {
		t.table.mark(path, op)
	}
	return wanted
}

// wants reports whether a path of this type is a file to watch.
func (t *tree) wants(path string, kind fs.FileMode) bool {
	if t.singles[path] {
		return true
	}
	dir, name := split(path)
	if kind&^fs.ModeSymlink != 0 || isDropping(name) {
		return false
	}
	return t.flat[dir] || !t.ignored(path, false)
}

// isWatched reports whether a path that is known as a file still has to be.
func (t *tree) isWatched(path string) bool {
	_, ok := t.folders[filepath.Dir(path)]
	return t.singles[path] || ok && t.wants(path, 0)
}

// enters reports whether a folder in one that is watched is to be watched too.
func (t *tree) enters(dir string) bool {
	return !t.folders[filepath.Dir(dir)].flat && !t.ignored(dir, true)
}

func (t *tree) isRoot(path string) bool { return slices.Contains(t.roots, path) }

// concerns reports whether an event of such a path can matter.
func (t *tree) concerns(path string, kind fs.FileMode) bool {
	return t.follows && kind&fs.ModeSymlink != 0 || t.wants(path, kind)
}

func (t *tree) ignored(path string, dir bool) bool { return t.ignore != nil && t.ignore(path, dir) }

// complain tells the caller once about a folder that is not watched, except about
// one that is none any more, which has an event of its own.
func (t *tree) complain(dir string, err error) {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, errCircle) {
		return
	}
	if !t.follows && isLink(dir) {
		return
	}
	t.tell(fmt.Errorf("watching folder %s: %w", dir, err))
}

func (t *tree) tell(err error) {
	if t.warn == nil || t.warned[err.Error()] {
		return
	}
	t.warned[err.Error()] = true
	t.warn(err)
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
