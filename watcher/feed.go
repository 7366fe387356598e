package watcher

import (
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A feed keeps the kernel's queue empty, whatever the owner of the table is
// doing: adding a watch may block while events wait to be read (fsnotify#502),
// and a full inotify queue loses events. What waits for the owner is folded per
// path, so that its size is bounded by the number of paths rather than of events.
// The order of events is thereby lost; nothing needs it, since the owner looks at
// the disk to see what became of a path.

// source is where events come from, as functions so that tests can lose some. One
// that polls has no channels: its owner has the poller look instead. One that does
// both has events of every folder, and looks at those that need it.
type source struct {
	events      <-chan fsnotify.Event // closed after close
	errors      <-chan error
	add, remove func(folder string) error // safe while events are being received
	close       func() error

	poller *poller                               // nil if nothing is looked at
	needs  func(folder string, id identity) bool // that it is looked at; nil: each does
}

// polls reports that there are no events.
func (s source) polls() bool { return s.events == nil && s.poller != nil }

// looksAt reports whether a folder is looked at, with events or without.
func (s source) looksAt(folder string, id identity) bool {
	return s.poller != nil && (s.needs == nil || s.needs(folder, id))
}

func openSource() (source, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return source{}, err
	}
	return source{events: w.Events, errors: w.Errors, add: w.Add, remove: w.Remove, close: w.Close}, nil
}

// batch is what happened since the owner took the last one.
type batch struct {
	events map[string]event
	lost   error // events are missing, and why
}

type event struct {
	op          Op
	first, last time.Time
}

type feed struct {
	source  source
	batches chan batch    // sent by drain, which closes it when the source ends
	done    chan struct{} // closed when drain has returned
}

func startFeed(s source) *feed {
	f := &feed{
		source:  s,
		batches: make(chan batch),
		done:    make(chan struct{}),
	}
	go f.drain()
	return f
}

// close ends the source and waits for drain. It is called once.
func (f *feed) close() error {
	err := f.source.close()
	<-f.done
	return err
}

// drain must go on until the source has ended: fsnotify holds its lock while it
// sends some errors, and its Close waits for that lock.
func (f *feed) drain() {
	defer close(f.done)
	defer close(f.batches)
	errs := f.source.errors
	waiting := batch{}
	var batches chan batch // nil while nothing is waiting
	for {
		select {
		case e, ok := <-f.source.events:
			if !ok {
				return
			}
			if !waiting.add(e) {
				continue
			}
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			if isHarmless(err) {
				continue
			}
			waiting.lost = err
		case batches <- waiting:
			waiting, batches = batch{}, nil
			continue
		}
		batches = f.batches
	}
}

// add folds e in and reports whether it matters. A change of mode alone does not.
func (b *batch) add(e fsnotify.Event) bool {
	op := opOf(e.Op)
	if op == 0 {
		return false
	}
	// fsnotify joins names with a slash, which gives "//name" for the root folder.
	b.note(filepath.Clean(e.Name), op, time.Now())
	return true
}

func (b *batch) note(path string, op Op, now time.Time) {
	if b.events == nil {
		b.events = make(map[string]event)
	}
	b.join(path, event{op: op, first: now, last: now})
}

// join adds what happened later, or at the same time.
func (b *batch) join(path string, e event) {
	if known, ok := b.events[path]; ok {
		e.op, e.first = known.op.then(e.op), known.first
	}
	b.events[path] = e
}

func opOf(op fsnotify.Op) Op {
	var ours Op
	if op.Has(fsnotify.Create) {
		ours |= Create
	}
	if op.Has(fsnotify.Write) {
		ours |= Write
	}
	if op.Has(fsnotify.Remove) {
		ours |= Remove
	}
	if op.Has(fsnotify.Rename) {
		ours |= Rename
	}
	return ours
}

// then adds what happened later. Of the two ways to go, the later one stays.
func (op Op) then(later Op) Op {
	if later&(Remove|Rename) != 0 {
		op &^= Remove | Rename
	}
	return op | later
}

// structural reports whether a path of this history may be a folder that is not
// the one it was.
func (op Op) structural() bool { return op&^Write != 0 }

// isHarmless reports whether no event was lost with an error of the source.
// fsnotify removes the watch of a folder that was moved, and passes on what
// inotify_rm_watch(2) says if the folder was deleted by then. An error from
// reading events is wrapped by package os, and so is not equal to this.
func isHarmless(err error) bool { return err == error(syscall.EINVAL) }

// isOverflow reports whether a source's error is the one to be expected under load.
func isOverflow(err error) bool { return errors.Is(err, fsnotify.ErrEventOverflow) }
