package watcher

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestWindow(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const ms = time.Millisecond
	cases := map[string]struct {
		touches []time.Duration
		held    bool
		want    time.Duration
	}{
		"one event":             {touches: []time.Duration{0}, want: 20 * ms},
		"a second one":          {touches: []time.Duration{0, 15 * ms}, want: 35 * ms},
		"out of order":          {touches: []time.Duration{15 * ms, 0}, want: 35 * ms},
		"up to the ceiling":     {touches: []time.Duration{0, 95 * ms}, want: 100 * ms},
		"first counts for that": {touches: []time.Duration{95 * ms, 0}, want: 100 * ms},
		"beyond the ceiling":    {touches: []time.Duration{0, 300 * ms}, want: 100 * ms},
		"held":                  {touches: []time.Duration{0}, held: true, want: 100 * ms},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := window{quiet: 20 * ms, ceiling: 100 * ms}
			for _, after := range c.touches {
				w.touch(start.Add(after))
			}
			if c.held {
				w.hold()
			}
			if got := w.end().Sub(start); got != c.want {
				t.Errorf("ends after %v, want %v", got, c.want)
			}
			w.touch(start.Add(30 * ms))
			if c.held && w.end().Sub(start) != 50*ms {
				t.Error("an event does not end the hold")
			}
			if w.reset(); w.open() {
				t.Error("open after reset")
			}
		})
	}
}

// played is a source whose events the test plays; the files are real. It makes
// the whole watcher run on the clock of a synctest bubble.
type played struct {
	events chan fsnotify.Event
	errors chan error
}

func newPlayed() *played {
	return &played{events: make(chan fsnotify.Event), errors: make(chan error)}
}

func (p *played) open() (source, error) {
	folder := func(string) error { return nil }
	return source{
		events: p.events,
		errors: p.errors,
		add:    folder,
		remove: folder,
		close:  func() error { close(p.events); return nil },
	}, nil
}

// bubble runs f in a synctest bubble, on a folder with x.go and default times.
func bubble(t *testing.T, f func(r *rig, p *played), change ...func(*Options)) {
	dir := t.TempDir()
	files{"x.go": "old"}.write(t, dir)
	synctest.Test(t, func(t *testing.T) {
		p := newPlayed()
		change = append([]func(*Options){func(o *Options) { o.Quiet, o.Ceiling = 0, 0 }}, change...)
		f(watchDir(t, dir, p.open, change...), p)
	})
}

func (r *rig) play(p *played, name string, op fsnotify.Op) {
	p.events <- fsnotify.Event{Name: r.path(name), Op: op}
}

func TestSetComesAfterQuiet(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		start := time.Now()
		r.write("x.go", "new")
		r.play(p, "x.go", fsnotify.Write)
		set := r.next()
		if got := time.Since(start); got != DefaultQuiet || r.show(set) != "write x.go" {
			t.Errorf("after %v: %s", got, r.show(set))
		}
		if !set.First.Equal(start) || !set.Last.Equal(start) {
			t.Errorf("first %v, last %v, want %v", set.First, set.Last, start)
		}
	})
}

func TestTrickleCannotPassTheCeiling(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		start := time.Now()
		// 7 does not divide 500: no write meets the end of a window, where the file
		// might be read while it is empty.
		tick := time.NewTicker(7 * time.Millisecond)
		defer tick.Stop()
		for n := 0; n < 3; {
			select {
			case <-tick.C:
				r.write("x.go", time.Now().String())
				r.play(p, "x.go", fsnotify.Write)
			case set := <-r.w.Changes():
				n++
				if open := time.Since(set.First); open != DefaultCeiling {
					t.Errorf("set %d came %v after its first event", n, open)
				}
				if set.Last.Before(set.First) {
					t.Errorf("first %v, last %v", set.First, set.Last)
				}
			}
		}
		if got := time.Since(start); got > 4*DefaultCeiling {
			t.Errorf("three sets took %v", got)
		}
	})
}

// While git checks out a branch, files come in bursts with pauses between them.
func TestSetIsNotCompleteWhileSomebodyIsBusy(t *testing.T) {
	for _, c := range []struct{ busy, want time.Duration }{
		{3 * time.Second, 3 * time.Second},
		{time.Hour, longestWork}, // a lock that was left behind
	} {
		var until time.Time
		bubble(t, func(r *rig, p *played) {
			start := time.Now()
			until = start.Add(c.busy)
			r.write("x.go", "new")
			r.play(p, "x.go", fsnotify.Write)
			set := r.next()
			if got := time.Since(start); got < c.want || got > c.want+DefaultQuiet || r.show(set) != "write x.go" {
				t.Errorf("busy for %v: after %v: %s", c.busy, got, r.show(set))
			}
		}, func(o *Options) { o.Busy = func() bool { return time.Now().Before(until) } })
	}
}

func TestNoiseOpensNoWindow(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		r.play(p, "x.go", fsnotify.Chmod)
		r.write(".#x.go", "")
		r.play(p, ".#x.go", fsnotify.Create)
		r.play(p, "gone.go", fsnotify.Create)
		r.play(p, "no/such/folder", fsnotify.Write)
		synctest.Wait()
		must(t, os.WriteFile(r.path("x.go"), []byte("new"), 0o644))
		start := time.Now()
		r.play(p, "x.go", fsnotify.Write)
		if set := r.next(); !set.First.Equal(start) {
			t.Errorf("the window was opened %v early", start.Sub(set.First))
		}
	})
}

func TestTruncateThenWriteIsOneSet(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		start := time.Now()
		r.write("x.go", "")
		r.play(p, "x.go", fsnotify.Write)
		<-time.NewTimer(200 * time.Millisecond).C
		r.write("x.go", "new")
		r.play(p, "x.go", fsnotify.Write)
		set := r.next()
		if got, want := time.Since(start), 200*time.Millisecond+DefaultQuiet; got != want || r.show(set) != "write x.go" {
			t.Errorf("after %v: %s, want it after %v", got, r.show(set), want)
		}
	})
}

func TestTruncatedForGoodComesAtTheCeiling(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		start := time.Now()
		r.write("x.go", "")
		r.play(p, "x.go", fsnotify.Write)
		if set, got := r.next(), time.Since(start); got != DefaultCeiling || r.show(set) != "write x.go" {
			t.Errorf("after %v: %s", got, r.show(set))
		}
	})
}

func TestTruncateThenSameContentIsNothing(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		r.write("x.go", "")
		r.play(p, "x.go", fsnotify.Write)
		<-time.NewTimer(100 * time.Millisecond).C
		r.write("x.go", "old")
		r.play(p, "x.go", fsnotify.Write)
		<-time.NewTimer(time.Second).C
		r.write("y.go", "new")
		r.play(p, "y.go", fsnotify.Create)
		if got := r.show(r.next()); got != "create y.go" {
			t.Errorf("got %s", got)
		}
	})
}

func TestSlowReaderGetsOneSet(t *testing.T) {
	bubble(t, func(r *rig, p *played) {
		start := time.Now()
		step := func(f func(), name string, op fsnotify.Op) {
			f()
			r.play(p, name, op)
			<-time.NewTimer(time.Second).C
		}
		step(func() { r.write("brief.go", "1") }, "brief.go", fsnotify.Create)
		step(func() { r.write("x.go", "1") }, "x.go", fsnotify.Write)
		step(func() { r.remove("x.go") }, "x.go", fsnotify.Remove)
		step(func() { r.write("new.go", "1") }, "new.go", fsnotify.Create)
		step(func() { r.write("new.go", "2") }, "new.go", fsnotify.Write)
		step(func() { r.remove("brief.go") }, "brief.go", fsnotify.Remove)
		set := r.next()
		if got := r.show(set); got != "create new.go, remove x.go" {
			t.Errorf("got %s", got)
		}
		if first, last := set.First.Sub(start), set.Last.Sub(start); first != 0 || last != 5*time.Second {
			t.Errorf("first after %v, last after %v", first, last)
		}
		// What the reader never saw come is not there to be read.
		step(func() { r.write("brief.go", "1") }, "brief.go", fsnotify.Create)
		step(func() { r.remove("brief.go") }, "brief.go", fsnotify.Remove)
		again := time.Now()
		step(func() { r.write("y.go", "1") }, "y.go", fsnotify.Create)
		if set := r.next(); r.show(set) != "create y.go" || !set.First.Equal(again) {
			t.Errorf("got %s, first %v", r.show(set), set.First.Sub(again))
		}
	})
}

func TestFoldedEvents(t *testing.T) {
	var b batch
	for _, op := range []fsnotify.Op{fsnotify.Rename, fsnotify.Create | fsnotify.Chmod, fsnotify.Remove} {
		b.add(fsnotify.Event{Name: filepath.FromSlash("//a"), Op: op})
	}
	if b.add(fsnotify.Event{Name: "/b", Op: fsnotify.Chmod}) || len(b.events) != 1 {
		t.Errorf("a change of mode counts: %v", b.events)
	}
	if got := b.events[filepath.FromSlash("/a")].op; got != Create|Remove {
		t.Errorf("got %v, want what happened last of rename and remove", got)
	}
}
