package watcher

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Watcher watches. Changes, Watched, Also, Reconsider and Close may be called by
// any goroutine.
type Watcher struct {
	open     func() (source, error)
	pause    time.Duration // between two looks
	busy     func() bool   // see Options
	prefers  atomic.Pointer[preference]
	changes  chan ChangeSet
	requests chan request  // from Also to Run
	again    chan struct{} // from Reconsider, one is enough
	ended    chan struct{} // closed with changes
	taken    atomic.Bool   // by the first of Run and Close
	watched  atomic.Int64  // for Watched; written by the owner of what follows

	// What follows belongs to New, then to Run.
	source   source
	feed     *feed // nil if the source polls, or is closed
	tree     *tree
	table    *table
	window   window
	overflow bool      // the set that is being collected is one of a full comparison
	pending  ChangeSet // complete, and waiting for the reader
}

// New scans and watches. Every change after it has returned leads to a set. The
// watcher must be run, or else closed.
//
// The error is a *RootError, a *LimitError, or what the kernel said.
func New(opts Options) (*Watcher, error) { return newWatcher(opts, openSource) }

func newWatcher(opts Options, open func() (source, error)) (*Watcher, error) {
	began := time.Now()
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	table := newTable(opts.budget)
	w := &Watcher{
		open:     open,
		pause:    opts.PollInterval,
		busy:     opts.Busy,
		changes:  make(chan ChangeSet),
		requests: make(chan request),
		again:    make(chan struct{}, 1),
		ended:    make(chan struct{}),
		table:    table,
		tree:     newTree(opts, table),
		window:   window{quiet: opts.Quiet, ceiling: opts.Ceiling},
	}
	w.choose(opts)
	err = w.plant()
	if err == nil {
		err = w.limit()
	}
	if err != nil {
		return nil, errors.Join(err, w.release())
	}
	table.baseline(began)
	return w, nil
}

// plant opens a source and watches everything through it.
func (w *Watcher) plant() error {
	s, err := w.open()
	if err != nil {
		return explainLimit(err, 0)
	}
	w.source = s
	if !s.polls() {
		// From here on events are taken, also while folders are still being added.
		w.feed = startFeed(s)
	}
	err = w.tree.plant(s)
	w.count()
	return err
}

// release ends the source, if there is one, and the goroutines that serve it.
func (w *Watcher) release() error {
	if w.feed == nil {
		return nil // what polls holds nothing
	}
	f := w.feed
	w.feed = nil
	return f.close()
}

// limit returns and forgets that the kernel refused a watch.
func (w *Watcher) limit() error {
	err := w.tree.limit
	w.tree.limit = nil
	return explainLimit(err, len(w.tree.folders))
}

func (w *Watcher) warnOfLimit() {
	if err := w.limit(); err != nil {
		w.tree.tell(err)
	}
}

func (w *Watcher) count() { w.watched.Store(int64(len(w.tree.folders))) }

// Changes returns the channel of the sets. It is closed when Run returns.
func (w *Watcher) Changes() <-chan ChangeSet { return w.changes }

// Prefer says what a program is made of. Where the watcher polls, it looks at those
// files and their folders every time; until it is told, at Go files. input is asked
// about every file, must be fast, and is called by New's and Run's goroutine; its
// answers are those of the moment, so that another graph needs another call. Prefer
// may be called at any time.
func (w *Watcher) Prefer(input func(path string) bool) {
	p := preference(input)
	w.prefers.Store(&p)
}

// Watched returns the number of folders that are watched for Roots and Also.
func (w *Watcher) Watched() int { return int(w.watched.Load()) }

// Close releases a watcher that will not be run. It does nothing once Run was
// called: to stop that, end its context.
func (w *Watcher) Close() error {
	if !w.taken.CompareAndSwap(false, true) {
		return nil
	}
	defer w.end()
	return w.release()
}

func (w *Watcher) end() {
	close(w.changes)
	close(w.ended)
}

// Run delivers sets until ctx ends, then returns nil. It returns a *RootError
// when a root is removed and not replaced by the end of the window, and an error
// when watching cannot go on after events were lost. All goroutines have ended
// when it returns; a set that was not taken by then is dropped. It is called once.
func (w *Watcher) Run(ctx context.Context) error {
	if !w.taken.CompareAndSwap(false, true) {
		return errors.New("watching files: the watcher was run or closed before")
	}
	defer w.end()
	return errors.Join(w.loop(ctx), w.release())
}

func (w *Watcher) loop(ctx context.Context) error {
	timer, look := time.NewTimer(0), time.NewTimer(w.pause)
	var looks <-chan time.Time // nil while there is nothing to look at
	defer timer.Stop()
	defer look.Stop()
	for {
		if w.looks() != (looks != nil) { // a folder that needs it may come at any time
			looks = nil
			if w.looks() {
				looks = look.C
				look.Reset(w.pause)
			}
		}
		var reader chan<- ChangeSet // nil while there is nothing to read
		if !w.pending.Empty() {
			reader = w.changes
		}
		var err error
		select {
		case <-ctx.Done():
			return nil
		case b, ok := <-w.batches():
			err = w.absorb(b, ok)
		case <-looks:
			began := time.Now()
			err = w.look(ctx, false)
			// Where looking is slow, it takes half of the time at most.
			look.Reset(max(w.pause-time.Since(began), time.Since(began)))
		case <-w.again:
			err = w.reconsider()
		case <-timer.C:
			err = w.settle(ctx)
		case r := <-w.requests:
			w.serve(r)
		case reader <- w.pending:
			w.pending = ChangeSet{}
		}
		if err != nil {
			return err
		}
		if w.window.open() {
			timer.Reset(time.Until(w.window.end()))
		}
	}
}

// batches is where a source that does not poll sends what happened.
func (w *Watcher) batches() <-chan batch {
	if w.feed == nil {
		return nil
	}
	return w.feed.batches
}

func (w *Watcher) look(ctx context.Context, everything bool) error {
	b := w.source.poller.look(ctx, everything)
	if len(b.events) == 0 {
		return nil
	}
	return w.absorb(b, true)
}

// looks reports whether there is anything to look at.
func (w *Watcher) looks() bool { return w.source.poller != nil && !w.source.poller.idle() }

// catchUp takes what happened up to now. If the last batch took long to apply,
// the next one is waiting; what was found by looking has to be looked at to know
// whether it is over.
func (w *Watcher) catchUp(ctx context.Context) error {
	select {
	case b, ok := <-w.batches():
		if err := w.absorb(b, ok); err != nil {
			return err
		}
	default:
	}
	if !w.looks() || !w.window.open() || time.Now().Before(w.window.end()) {
		return nil
	}
	if w.source.poller.changed.Before(w.window.first) {
		return nil // it was found by events alone
	}
	return w.look(ctx, w.source.poller.many)
}

func (w *Watcher) absorb(b batch, ok bool) error {
	if !ok {
		return errors.New("watching files: the kernel's events ended")
	}
	if b.lost == nil {
		w.tree.apply(b, &w.window)
	} else if err := w.replant(b.lost); err != nil {
		return err
	}
	w.warnOfLimit()
	w.count()
	return nil
}

// settle completes the set if its time has come.
func (w *Watcher) settle(ctx context.Context) error {
	if err := w.catchUp(ctx); err != nil {
		return err
	}
	now := time.Now()
	if !w.window.open() || now.Before(w.window.end()) {
		return nil
	}
	if w.busy != nil && w.busy() && w.window.wait(now) {
		return nil
	}
	if err := w.tree.findRoots(); err != nil {
		return err
	}
	changes, wait := w.table.settle(ctx, w.tree.watching, now.Before(w.window.final()))
	if wait {
		w.window.hold()
		return nil
	}
	set := ChangeSet{Changes: changes, First: w.window.first, Last: w.window.last, Overflow: w.overflow}
	w.overflow = false
	w.window.reset()
	if set.Empty() {
		return nil
	}
	w.pending = w.pending.Merge(set)
	if w.pending.Empty() {
		w.pending = ChangeSet{} // what the reader never saw come is gone, times included
	}
	return nil
}

// replant starts over after events were lost. What the source believes of its
// watches may be wrong after that, so it is replaced.
func (w *Watcher) replant(lost error) error {
	if !isOverflow(lost) {
		w.tree.tell(fmt.Errorf("watching files, everything is compared afresh: %w", lost))
	}
	if err := w.release(); err != nil {
		w.tree.tell(fmt.Errorf("closing the source of events: %w", err))
	}
	w.table.markAll()
	if err := w.plant(); err != nil {
		return err
	}
	w.overflow = true
	w.window.touch(time.Now())
	return nil
}
