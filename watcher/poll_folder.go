package watcher

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// glance is what can be known of a path without opening it. Two that are equal
// are taken for the same content; the time of the last change of the inode tells
// even of a file that was given its old time again.
type glance struct {
	dev, ino     uint64
	kind         fs.FileMode // type bits
	size         int64
	mtime, ctime int64 // in nanoseconds
}

func (s glance) changed() time.Time { return time.Unix(0, max(s.mtime, s.ctime)) }

// isGone reports whether an error of glanceAt means that nothing is there. After
// any other one nobody knows.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

type polledFolder struct {
	path   string
	glance glance // zero if it has to be listed, whatever it is
	listed time.Time
	names  map[string]*polledFile // of everything in it
}

type polledFile struct {
	path    string
	folder  *polledFolder // nil for a single
	watched bool          // else there is no more to it than its kind
	glance  glance        // zero if it is not there
	changed time.Time     // as far as is known
	listed  time.Time     // when it was last in the folder's list
}

// relist is about how often a folder is listed that looks as before: not every
// file system of another machine gives it a new time when something comes or goes.
const relist = 30 * time.Second

func (p *poller) lookAtFolder(f *polledFolder) {
	is, err := glanceAt(f.path)
	if err == nil && !is.kind.IsDir() || isGone(err) {
		p.note(f.path, Remove)
		return
	}
	if err != nil || is == f.glance && !p.listsAgain(f) {
		return
	}
	if is != f.glance && f.glance != (glance{}) {
		p.keepFresh(f.path)
	}
	// The glance comes first: a change after it leads to another list.
	if p.list(f) == nil {
		f.glance = is
	}
}

// listsAgain spreads over many looks what would else be due in one.
func (p *poller) listsAgain(f *polledFolder) bool {
	if p.relists == 0 || p.now.Sub(f.listed) < relist {
		return false
	}
	p.relists--
	return true
}

// list compares what is in the folder with what is known, down to each file.
func (p *poller) list(f *polledFolder) error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, path := e.Name(), filepath.Join(f.path, e.Name())
		known, ok := f.names[name]
		_, entered := p.folders[path]
		switch {
		case !ok || e.IsDir() && !entered: // it may have been gone when the tree looked
			known = p.meet(f, path, e.Type())
			p.noteKind(known, Create)
		case known.glance.kind != e.Type():
			p.noteKind(known, Remove)
			known = p.meet(f, path, e.Type())
			p.noteKind(known, Create)
		case known.watched:
			p.lookAtFile(known)
		}
		known.listed = p.now
	}
	for name, known := range f.names {
		if known.listed != p.now {
			delete(f.names, name)
			p.noteKind(known, Remove)
		}
	}
	f.listed = p.now
	return nil
}

func (p *poller) noteKind(f *polledFile, op Op) {
	if f.watched || f.glance.kind.IsDir() {
		p.note(f.path, op)
	}
}

// meet takes what is in the folder as known.
func (p *poller) meet(in *polledFolder, path string, kind fs.FileMode) *polledFile {
	f := &polledFile{path: path, folder: in, glance: glance{kind: kind}}
	in.names[filepath.Base(path)] = f
	if kind.IsDir() || !p.wants(path, kind) {
		return f
	}
	f.watched = true
	if is, err := glanceAtLink(path); err == nil {
		f.glance = is
	}
	f.changed = f.glance.changed()
	if p.now.Sub(f.changed).Abs() < clockStep {
		p.keepFresh(path)
	}
	return f
}

func (p *poller) lookAtFile(f *polledFile) {
	is, err := glanceAtLink(f.path)
	if err != nil && !isGone(err) || is == f.glance {
		return
	}
	before := f.glance
	f.glance, f.changed = is, p.now
	switch {
	case before == glance{}:
		p.note(f.path, Create)
	case is == glance{}:
		if f.folder != nil {
			delete(f.folder.names, filepath.Base(f.path))
		}
		p.note(f.path, Remove)
	case before.kind != is.kind || is.kind&fs.ModeSymlink != 0:
		p.note(f.path, Remove|Create)
	default:
		p.note(f.path, Write)
	}
}
