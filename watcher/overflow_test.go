package watcher

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// leaky opens real sources whose events can be made to vanish.
type leaky struct {
	leak   atomic.Bool
	opened atomic.Int32
	errors chan error // passed to the source that is open
}

func (l *leaky) open() (source, error) {
	s, err := openSource()
	if err != nil {
		return s, err
	}
	l.opened.Add(1)
	events, errs := make(chan fsnotify.Event), make(chan error)
	closed, closeSource := context.WithCancel(context.Background())
	go l.pass(closed, s, events, errs)
	inner := s.close
	s.events, s.errors = events, errs
	s.close = func() error { closeSource(); return inner() }
	return s, nil
}

func (l *leaky) pass(closed context.Context, s source, events chan<- fsnotify.Event, errs chan<- error) {
	defer close(events)
	for {
		select {
		case e := <-s.events:
			if l.leak.Load() {
				continue
			}
			select {
			case events <- e:
			case <-closed.Done():
				return
			}
		case err := <-l.errors:
			l.leak.Store(false)
			select {
			case errs <- err:
			case <-closed.Done():
				return
			}
		case <-closed.Done():
			return
		}
	}
}

func watchLeaky(t *testing.T, f files, warn func(error)) (*rig, *leaky) {
	l := &leaky{errors: make(chan error)}
	dir := t.TempDir()
	f.write(t, dir)
	return watchDir(t, dir, l.open, func(o *Options) { o.Warn = warn }), l
}

func TestOverflowLosesNothing(t *testing.T) {
	t.Parallel()
	var warned complaints
	r, l := watchLeaky(t, files{"x.go": "x", "y.go": "y", "same.go": "s", "sub/deep/z.go": "z"}, warned.add)
	l.leak.Store(true)
	r.write("x.go", "2")
	r.remove("y.go")
	r.write("same.go", "s")
	r.rename("sub", "moved")
	r.write("new/n.go", "n")
	l.errors <- fsnotify.ErrEventOverflow
	set := r.next()
	const want = "create moved/deep/z.go, create new/n.go, remove sub/deep/z.go, write x.go, remove y.go"
	if got := r.show(set); got != want || !set.Overflow {
		t.Errorf("got  %s (overflow %v)\nwant %s", got, set.Overflow, want)
	}
	r.write("moved/deep/z.go", "2")
	r.write("new/n.go", "2")
	if set := r.expect("write moved/deep/z.go, write new/n.go"); set.Overflow {
		t.Error("a later set says Overflow")
	}
	if got := warned.text(); got != "[]" {
		t.Errorf("warned %s", got)
	}
}

func TestOverflowWithNothingFoundIsTold(t *testing.T) {
	t.Parallel()
	r, l := watchLeaky(t, files{"x.go": "x"}, nil)
	l.errors <- fsnotify.ErrEventOverflow
	if set := r.next(); !set.Overflow || len(set.Changes) != 0 || set.Empty() {
		t.Errorf("got %+v", set)
	}
	r.expectNothing()
	if got := l.opened.Load(); got != 2 {
		t.Errorf("%d sources were opened, want 2", got)
	}
}

func TestErrorOfTheSourceIsWarnedAboutAndHealed(t *testing.T) {
	t.Parallel()
	var warned complaints
	r, l := watchLeaky(t, files{"x.go": "x"}, warned.add)
	l.leak.Store(true)
	r.write("x.go", "2")
	l.errors <- errors.New("short read")
	if got := r.show(r.next()); got != "write x.go" {
		t.Errorf("got %s", got)
	}
	if got := warned.text(); !strings.Contains(got, "short read") {
		t.Errorf("warned %s", got)
	}
}

// fsnotify sends an error from under the lock that its Close needs, when a folder
// is moved and deleted in one breath.
func TestErrorWhileClosingIsTaken(t *testing.T) {
	t.Parallel()
	p := newPlayed()
	open := func() (source, error) {
		s, err := p.open()
		s.close = func() error {
			p.errors <- syscall.EINVAL
			close(p.events)
			return nil
		}
		return s, err
	}
	w, err := newWatcher(Options{Roots: []string{t.TempDir()}}, open)
	must(t, err)
	must(t, w.Close())
}

func TestFolderMovedAndDeletedIsNoError(t *testing.T) {
	eachOrigin(t, folderMovedAndDeletedIsNoError)
}

func folderMovedAndDeletedIsNoError(t *testing.T, on origin) {
	var warned complaints
	r := on.watch(t, nil, func(o *Options) { o.Warn = warned.add })
	for range 200 {
		r.mkdir("a")
		r.rename("a", "b")
		r.remove("b")
	}
	r.expectNothing()
	if got := warned.text(); got != "[]" {
		t.Errorf("warned %s", got)
	}
}
