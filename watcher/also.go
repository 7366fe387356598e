package watcher

import (
	"fmt"
	"maps"
	"path/filepath"
	"time"
)

// request is a call of Also on its way to Run.
type request struct {
	folders []string
	done    chan struct{} // closed by Run
}

// Also watches folders besides Roots, each without the folders in it, and instead
// of those of the call before. They may lie anywhere and need not exist; Ignore is
// not asked about them, nor about the files in them. Paths must be absolute; Warn
// is told of others, which are left out.
//
// It returns once every further change leads to a set, or when Run has ended. What
// is in the folders by then is no change, and nothing is said of those that are
// watched no more. It may be called by any goroutine, and waits for Run.
func (w *Watcher) Also(folders []string) {
	r := request{folders: folders, done: make(chan struct{})}
	select {
	case w.requests <- r:
		<-r.done
	case <-w.ended:
	}
}

func (w *Watcher) serve(r request) {
	defer close(r.done)
	w.tree.also(r.folders, &w.window)
	w.warnOfLimit()
	w.count()
}

// also replaces the folders that are flat. One that lies in a root and is not
// ignored is watched anyway; then it is about the files in it that are ignored.
func (t *tree) also(folders []string, w *window) {
	before := t.flat
	t.flat = make(map[string]bool, len(folders))
	for _, dir := range folders {
		if !filepath.IsAbs(dir) {
			t.tell(fmt.Errorf("watching %q: the path is not absolute", dir))
			continue
		}
		t.flat[filepath.Clean(dir)] = true
	}
	added, removed := without(t.flat, before), without(before, t.flat)
	covered := t.covered(added, removed)
	for dir := range removed {
		t.leaveFlat(dir)
	}
	if len(removed) > 0 {
		t.table.forget(func(path string) bool { return removed[filepath.Dir(path)] && !t.isWatched(path) })
	}
	for dir := range added {
		t.await(dir)
	}
	t.anchor()
	t.table.learn(t.enterAllFlat(added, covered))
	t.repoll(covered, w)
	t.look(w)
}

// covered returns those folders that are watched anyway.
func (t *tree) covered(sets ...map[string]bool) map[string]bool {
	covered := make(map[string]bool)
	for _, set := range sets {
		for dir := range set {
			if f, ok := t.folders[dir]; ok && !f.flat {
				covered[dir] = true
			}
		}
	}
	return covered
}

// enterAllFlat watches flat folders, and returns those files in them that were not
// watched before. Others may have come a moment ago, which is still to be told.
func (t *tree) enterAllFlat(dirs, covered map[string]bool) (files []string) {
	for dir := range dirs {
		found, err := t.enterFlat(dir)
		if err != nil {
			t.complain(dir, err)
		}
		for _, name := range found {
			path := join(dir, name)
			if !t.singles[path] && (!covered[dir] || t.ignored(path, false)) {
				files = append(files, path)
			}
		}
	}
	return files
}

// without returns what is in a and not in b.
func without(a, b map[string]bool) map[string]bool {
	rest := maps.Clone(a)
	maps.DeleteFunc(rest, func(dir string, _ bool) bool { return b[dir] })
	return rest
}

// await has a flat folder noticed when it comes, or becomes another one.
func (t *tree) await(dir string) {
	if !t.isRoot(dir) { // findRoots does it for these
		t.anchors.of[dir] = ""
	}
	t.doubtNow(dir, Write)
}

// enterFlat watches a flat folder, and returns the names of the files in it.
func (t *tree) enterFlat(dir string) (files []string, err error) {
	t.followLink(dir)
	if _, ok := t.folders[dir]; !ok {
		if err := t.watch(dir, true); err != nil {
			return nil, err
		}
	}
	files, _ = t.list(dir)
	return files, nil
}

// lookAtFlat enters a flat folder that is not watched, and reports whether it did.
func (t *tree) lookAtFlat(dir string) bool {
	if _, ok := t.folders[dir]; ok {
		return false // else it would have been left
	}
	files, err := t.enterFlat(dir)
	if err != nil {
		t.complain(dir, err)
		return false
	}
	t.table.found(dir, files, Create)
	return true
}

// leaveFlat is for a folder that is flat no more.
func (t *tree) leaveFlat(dir string) {
	t.forgetPlace(dir)
	if f, ok := t.folders[dir]; !ok || !f.flat {
		return
	}
	t.uncount(dir)
	if t.anchors.users[dir] == 0 {
		t.deafen(dir)
	} else if t.source.poller != nil {
		_ = t.source.poller.remove(dir)
	}
	for link := range t.links.trails {
		if filepath.Dir(link) == dir {
			t.setTrail(link, nil)
		}
	}
	if _, ok := t.folders[filepath.Dir(dir)]; !ok {
		t.setTrail(dir, nil)
	}
}

// repoll has a poller ask anew which files in these folders matter. What it finds
// there then is no news to it; so all of that is compared.
func (t *tree) repoll(dirs map[string]bool, w *window) {
	p := t.source.poller
	if p == nil {
		return
	}
	for dir := range dirs {
		if p.remove(dir) != nil {
			continue // it is none of its folders
		}
		if err := p.addFolder(dir); err != nil {
			t.doubtNow(dir, Remove)
		}
		t.table.markBelow(dir, 0)
		w.touch(time.Now())
	}
}
