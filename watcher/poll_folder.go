package watcher

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	near   bool                   // it is looked at every time
}

type polledFile struct {
	path    string
	folder  *polledFolder // nil for a single
	watched bool          // what happens to it can matter
	input   bool          // of the program, as far as is known
	glance  glance        // zero if it is not there
	changed time.Time     // as far as is known
	listed  time.Time     // when it was last in the folder's list
}

const (
	// relist is about how often a folder is listed that looks as before: not every
	// file system gives it a new time when something comes or goes.
	relist = 30 * time.Second
	// relistBlind is the same for a near one, once that was seen to matter.
	relistBlind = time.Second
)

func (p *poller) sawFolder(f *polledFolder, s sight) {
	if s.err == nil && !s.glance.kind.IsDir() || isGone(s.err) {
		p.note(f.path, Remove)
		return
	}
	same := s.glance == f.glance
	if s.err != nil || same && !p.listsAgain(f) {
		return
	}
	if !same && f.glance != (glance{}) {
		p.keepFresh(f.path)
	}
	before := len(p.found.events)
	// The glance comes first: a change after it leads to another list.
	if p.list(f, !same) == nil {
		f.glance = s.glance
	}
	p.blind = p.blind || same && len(p.found.events) > before
}

// listAnyhow is for a folder of which nobody knows whether it looks as it is.
func (p *poller) listAnyhow(f *polledFolder) {
	f.glance = glance{}
	is, err := glanceAtNow(f.path)
	p.sawFolder(f, sight{is, err})
}

// listsAgain spreads over many looks what would else be due in one.
func (p *poller) listsAgain(f *polledFolder) bool {
	since := p.now.Sub(f.listed)
	if p.blind && f.near && since >= relistBlind {
		return true
	}
	if p.relists == 0 || since < relist {
		return false
	}
	p.relists--
	return true
}

// list compares what is in the folder with what is known, and if there is more to
// it than names, each file that was known.
func (p *poller) list(f *polledFolder, files bool) error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	var met, again []*polledFile
	for _, e := range entries {
		name, path := e.Name(), filepath.Join(f.path, e.Name())
		known, ok := f.names[name]
		_, entered := p.folders[path]
		switch {
		case ok && known.glance.kind != e.Type():
			p.noteKind(known, Remove)
			fallthrough
		case !ok || files && e.IsDir() && !entered: // it may have been gone when the tree looked
			known = p.meet(f, path, e.Type())
			p.noteKind(known, Create)
			if known.isFile() {
				met = append(met, known)
			}
		case files && known.isFile():
			again = append(again, known)
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
	p.lookAtNew(met)
	p.lookAtFiles(context.Background(), again, newest)
	return nil
}

func (p *poller) noteKind(f *polledFile, op Op) {
	if f.watched {
		p.note(f.path, op)
	}
}

// isFile reports whether it has to be looked at: a folder is known by its own.
func (f *polledFile) isFile() bool { return f.watched && !f.glance.kind.IsDir() }

// meet takes what is in the folder as known.
func (p *poller) meet(in *polledFolder, path string, kind fs.FileMode) *polledFile {
	f := &polledFile{path: path, folder: in, glance: glance{kind: kind}}
	in.names[filepath.Base(path)] = f
	f.watched = p.wants(path, kind)
	f.input = f.isFile() && p.isInput(path)
	return f
}

// lookAtNew has the first look at files that were met.
func (p *poller) lookAtNew(files []*polledFile) {
	for chunk := range slices.Chunk(files, some) {
		p.paths = p.paths[:0]
		for _, f := range chunk {
			p.paths = append(p.paths, f.path)
		}
		for i, s := range p.glanceAll(glanceAtLink) {
			f := chunk[i]
			if s.err == nil {
				f.glance = s.glance
			}
			f.changed = f.glance.changed()
			if p.now.Sub(f.changed).Abs() < clockStep {
				p.keepFresh(f.path)
			}
		}
	}
}

func (p *poller) sawFile(f *polledFile, s sight) {
	is := s.glance
	if s.err != nil && !isGone(s.err) || is == f.glance {
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
