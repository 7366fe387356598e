package watcher

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// TestRealOverflow makes the kernel's queue overflow: nobody takes events while
// more than it holds are caused.
func TestRealOverflow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	must(t, err)
	room, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)
	f := make(files)
	for i := range 200 {
		f[fmt.Sprintf("%d/x.go", i)] = "x"
	}
	dir := t.TempDir()
	f.write(t, dir)
	var stopped atomic.Bool
	resume := make(chan struct{})
	open := func() (source, error) {
		s, err := openSource()
		if !stopped.CompareAndSwap(false, true) {
			return s, err
		}
		events := make(chan fsnotify.Event)
		closed, closeSource := context.WithCancel(context.Background())
		inner := s.close
		s.close = func() error { closeSource(); return inner() }
		go passLater(closed, resume, s.events, events)
		s.events = events
		return s, err
	}
	r := watchDir(t, dir, open)
	opened := r.openAll(f)
	for i := range room + 5000 { // fsnotify has room for 4096 more
		_, err := opened[i%len(opened)].WriteString("y")
		must(t, err)
	}
	r.write("last.go", "z")
	close(resume)
	seen := make(map[string]bool)
	for overflow := false; !overflow || !seen[r.path("last.go")]; {
		set := r.next()
		overflow = overflow || set.Overflow
		for _, c := range set.Changes {
			seen[c.Path] = true
		}
	}
	if len(seen) != len(f)+1 {
		t.Errorf("%d paths changed, want %d", len(seen), len(f)+1)
	}
}

func passLater(closed context.Context, resume <-chan struct{}, from <-chan fsnotify.Event, to chan<- fsnotify.Event) {
	defer close(to)
	<-resume
	for e := range from {
		select {
		case to <- e:
		case <-closed.Done():
			return
		}
	}
}

func (r *rig) openAll(f files) (opened []*os.File) {
	for name := range f {
		file, err := os.OpenFile(r.path(name), os.O_WRONLY|os.O_APPEND, 0)
		must(r, err)
		r.Cleanup(func() { _ = file.Close() })
		opened = append(opened, file)
	}
	return opened
}
