package watcher

import (
	"os"
	"path/filepath"
)

// singles are files that are watched for themselves. The watch is on a folder,
// the file's anchor, since a watch on the file would end with the first editor
// that renames another one over it. While the file's own folder is missing, the
// nearest one above that exists is the anchor, to see it come. A source that
// polls needs none of this: there a file is its own anchor.
type singles struct {
	anchors map[string]string // file → anchor, "" for none yet
	users   map[string]int    // anchor → number of files
}

func newSingles(files []string) singles {
	s := singles{anchors: make(map[string]string), users: make(map[string]int)}
	for _, file := range files {
		s.anchors[file] = ""
	}
	return s
}

func (s singles) has(path string) bool { _, ok := s.anchors[path]; return ok }

// forget is for when all watches are gone.
func (s singles) forget() {
	clear(s.users)
	for file := range s.anchors {
		s.anchors[file] = ""
	}
}

// release lets go of the anchors of all files below a path that may have become
// another folder, marks the files, and reports whether there were any.
func (t *tree) release(dir string, op Op) (released bool) {
	for file, anchor := range t.singles.anchors {
		if anchor != "" && below(file, dir) {
			t.drop(file, anchor)
			t.table.mark(file, op)
			released = true
		}
	}
	return released
}

func (t *tree) drop(file, anchor string) {
	t.singles.anchors[file] = ""
	if t.singles.users[anchor]--; t.singles.users[anchor] > 0 {
		return
	}
	delete(t.singles.users, anchor)
	if _, ok := t.folders[anchor]; !ok {
		_ = t.source.remove(anchor)
	}
}

// anchor finds an anchor for each file without one, and marks the file.
func (t *tree) anchor() {
	for file, anchor := range t.singles.anchors {
		if anchor != "" {
			continue
		}
		t.table.mark(file, 0)
		// A folder may appear between the look at it and the watch on the one
		// above. Once more is enough unless it goes and comes again; the bound is
		// for a folder that exists and cannot be watched.
		for range 3 {
			anchor, missing := t.nearest(file)
			if anchor == "" {
				break
			}
			t.singles.anchors[file] = anchor
			t.singles.users[anchor]++
			if missing == "" || !isFolder(missing) {
				break
			}
			t.drop(file, anchor)
		}
	}
}

// nearest watches the nearest folder above file that can be watched, and returns
// it with the one below that cannot.
func (t *tree) nearest(file string) (anchor, missing string) {
	if t.source.single != nil {
		t.source.single(file)
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
	if _, ok := t.folders[dir]; ok || t.singles.users[dir] > 0 {
		return true
	}
	if !isFolder(dir) || t.limit != nil {
		return false
	}
	err := t.source.add(dir)
	if isLimit(err) {
		t.limit = err
	} else if err != nil {
		t.complain(dir, err)
	}
	return err == nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
