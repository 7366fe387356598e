package watcher

import "path/filepath"

// anchors are for files that are watched for themselves. The watch is on a folder,
// the file's anchor, since a watch on the file would end with the first editor
// that renames another one over it. While the file's own folder is missing, the
// nearest one above that exists is the anchor, to see it come. A poller needs none
// of this: without events a file is its own anchor.
type anchors struct {
	of    map[string]string // file → anchor, "" for none yet
	users map[string]int    // anchor → number of files
}

func newAnchors() anchors {
	return anchors{of: make(map[string]string), users: make(map[string]int)}
}

// release lets go of the anchors of all files below a path that may have become
// another folder, has them looked at, and reports whether there were any.
func (t *tree) release(dir string, op Op) (released bool) {
	for file, anchor := range t.anchors.of {
		if anchor != "" && below(file, dir) {
			t.drop(file, anchor)
			t.doubtNow(file, op)
			released = released || t.singles[file]
		}
	}
	return released
}

func (t *tree) drop(file, anchor string) {
	t.anchors.of[file] = ""
	if t.source.poller != nil {
		t.source.poller.leaveFile(file)
	}
	if t.anchors.users[anchor]--; t.anchors.users[anchor] > 0 {
		return
	}
	delete(t.anchors.users, anchor)
	if _, ok := t.folders[anchor]; !ok {
		t.names.remove(anchor)
	}
}

// lostWatch is for a folder that was watched by a watch that had another name.
func (t *tree) lostWatch(dir string) {
	if _, ok := t.folders[dir]; ok {
		t.doubtNow(dir, Create)
	}
	for file, anchor := range t.anchors.of {
		if anchor == dir {
			t.drop(file, anchor)
			t.doubtNow(file, Create)
		}
	}
}

// anchor finds an anchor for each file without one.
func (t *tree) anchor() {
	for file, anchor := range t.anchors.of {
		if anchor == "" {
			t.anchorFile(file)
		}
	}
}

// anchorFile finds an anchor for a file, and marks the file.
func (t *tree) anchorFile(file string) {
	if t.singles[file] {
		t.table.mark(file, 0)
		t.followLink(file)
	}
	// A folder may appear between the look at it and the watch on the one above.
	// Once more is enough unless it goes and comes again; the bound is for a folder
	// that exists and cannot be watched.
	for range 3 {
		anchor, missing := t.nearest(file)
		if anchor == "" {
			return
		}
		t.anchors.of[file] = anchor
		t.anchors.users[anchor]++
		if t.flat[file] {
			t.doubtNow(file, Write)
		}
		if missing == "" || !isFolder(missing) {
			return
		}
		t.drop(file, anchor)
	}
}

// looksFor reports whether a file, which need not exist, is looked at.
func (t *tree) looksFor(file string) bool {
	if t.source.poller == nil || t.source.polls() {
		return t.source.poller != nil
	}
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		if id, err := identify(dir); err == nil || dir == filepath.Dir(dir) {
			return t.source.looksAt(dir, id)
		}
	}
}

// nearest watches the nearest folder above file that can be watched, and returns
// it with the one below that cannot.
func (t *tree) nearest(file string) (anchor, missing string) {
	if t.looksFor(file) {
		t.source.poller.watchFile(file)
	}
	if t.source.polls() {
		return file, ""
	}
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		if t.watchAnchor(dir) {
			return dir, missing
		}
		if dir == filepath.Dir(dir) {
			return "", missing
		}
		missing = dir
	}
}

func (t *tree) watchAnchor(dir string) bool {
	if _, ok := t.folders[dir]; ok || t.anchors.users[dir] > 0 {
		return true
	}
	if !isFolder(dir) || t.limit != nil {
		return false
	}
	id, err := identify(dir)
	if err == nil {
		err = t.names.add(dir, id)
	}
	if isLimit(err) {
		t.limit = err
	} else if err != nil {
		t.complain(dir, err)
	}
	return err == nil
}
