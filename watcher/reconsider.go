package watcher

import (
	"path/filepath"
	"slices"
	"time"
)

// Reconsider has Options.Ignore asked anew about everything, after its answers
// have changed. Files that come into view are changes, like those of folders that
// appear; what goes out of sight is forgotten without one. It may be called by any
// goroutine and does not wait; what changes meanwhile is not lost.
func (w *Watcher) Reconsider() {
	select {
	case w.again <- struct{}{}:
	default: // it is going to be
	}
}

// reconsider watches all afresh, as after events were lost: those that were not
// taken yet are lost with the source, and a source that polls has its own idea of
// what matters.
func (w *Watcher) reconsider() error {
	if err := w.release(); err != nil {
		w.tree.tell(err)
	}
	w.table.markAll()
	if err := w.plant(); err != nil {
		return err
	}
	w.table.forget(w.tree.hidden)
	w.window.touch(time.Now())
	return nil
}

// hidden reports whether a file lies in a folder that is ignored.
func (t *tree) hidden(path string) bool {
	if t.singles[path] || t.flat[filepath.Dir(path)] {
		return false
	}
	for dir := filepath.Dir(path); !slices.Contains(t.roots, dir) && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if t.ignored(dir, true) {
			return true
		}
	}
	return false
}
