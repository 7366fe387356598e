package watcher

import (
	"errors"
	"fmt"
	"path/filepath"
)

type folder struct {
	id    identity
	round int  // in which it was entered
	flat  bool // without the folders in it
}

// errCircle says that a folder holds itself, which is nothing to complain about.
var errCircle = errors.New("the folder is one of those above it")

// mostCopies bounds by how many paths one folder is watched. Links that cross
// would else lead to as many paths as there are orders in which to follow them.
const mostCopies = 16

func (t *tree) watch(dir string, flat bool) error {
	id, err := identify(dir)
	if err == nil {
		err = t.admit(dir, id)
	}
	if err == nil {
		err = t.listen(dir, id)
	}
	if err != nil {
		return err
	}
	t.uncount(dir) // it may have been flat
	t.folders[dir] = folder{id, t.round, flat}
	t.copies[id]++
	return nil
}

func (t *tree) unwatch(dir string) {
	t.uncount(dir)
	t.deafen(dir)
}

func (t *tree) uncount(dir string) {
	f, ok := t.folders[dir]
	if !ok {
		return
	}
	delete(t.folders, dir)
	if t.copies[f.id]--; t.copies[f.id] == 0 {
		delete(t.copies, f.id)
	}
}

// listen has changes in a folder noticed: by events, by looks, or by both.
func (t *tree) listen(dir string, id identity) error {
	if t.source.looksAt(dir, id) {
		_ = t.names.add(dir, id) // events are only faster here
		return t.source.poller.addFolder(dir)
	}
	if t.limit == nil {
		err := t.names.add(dir, id)
		if !isLimit(err) {
			return err
		}
		t.limit = err // and go on, to know how many folders there are
	}
	if t.source.poller == nil {
		return nil
	}
	return t.source.poller.addFolder(dir)
}

func (t *tree) deafen(dir string) {
	t.names.remove(dir)
	if t.source.poller != nil {
		_ = t.source.poller.remove(dir) // which may be none of its folders
	}
}

// admit refuses a folder by which there would be no end of folders.
func (t *tree) admit(dir string, id identity) error {
	if !t.follows {
		return nil
	}
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		if _, ok := t.folders[above]; !ok {
			break
		}
		// It is asked again, since the number may have gone to another folder.
		if now, err := identify(above); err == nil && now == id {
			return errCircle
		}
	}
	if t.copies[id] >= mostCopies {
		return fmt.Errorf("links lead to it by more than %d paths", mostCopies)
	}
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
	for path := range t.folders {
		if path == dir || below(path, dir) {
			t.unwatch(path)
		}
	}
	for link := range t.links.trails {
		if below(link, dir) {
			t.setTrail(link, nil)
		}
	}
	return true
}
