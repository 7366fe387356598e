package watcher

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pollBubble is bubble for a watcher that polls: the looks come by the clock of the
// bubble, and take no time of it.
func pollBubble(t *testing.T, f files, test func(r *rig)) {
	dir := t.TempDir()
	f.write(t, dir)
	synctest.Test(t, func(t *testing.T) {
		test(origins[1].watchDir(t, dir, func(o *Options) { o.PollInterval, o.Quiet, o.Ceiling = 0, 0, 0 }))
	})
}

func pass(d time.Duration) { <-time.NewTimer(d).C }

func TestPollingSeesWithinTheInterval(t *testing.T) {
	pollBubble(t, files{"x.go": "old", "sub/deep/y.go": "old"}, func(r *rig) {
		for n, name := range []string{"x.go", "sub/deep/y.go", "n.go", "new/z.go"} {
			pass(time.Duration(n*61) * time.Millisecond)
			start := time.Now()
			r.write(name, strings.Repeat("new", n+2))
			set := r.next()
			if took := time.Since(start); took > DefaultPollInterval+DefaultQuiet {
				t.Errorf("%s came after %v", r.show(set), took)
			}
			if len(set.Changes) != 1 || set.Changes[0].Path != r.path(name) {
				t.Errorf("got %s, want %s", r.show(set), name)
			}
		}
	})
}

func TestPollingTakesManyFilesForOneSet(t *testing.T) {
	const n = 2000
	all := make(files)
	for i := range n {
		all[fmt.Sprintf("%d.go", i)] = "old"
	}
	pollBubble(t, all, func(r *rig) {
		names := slices.Sorted(maps.Keys(all))
		// A look comes when half of them are written.
		for _, name := range names[:n/2] {
			r.write(name, "newer")
		}
		pass(DefaultPollInterval + DefaultQuiet/2)
		for _, name := range names[n/2:] {
			r.write(name, "newer")
		}
		if set := r.next(); len(set.Changes) != n {
			t.Errorf("%d files came in the first set, want all %d", len(set.Changes), n)
		}
		r.expectNothing()
	})
}

func TestPollingWaitsForTheRestOfASave(t *testing.T) {
	pollBubble(t, files{"x.go": "old"}, func(r *rig) {
		r.write("x.go", "")
		pass(DefaultPollInterval + 2*DefaultQuiet)
		r.write("x.go", "newer")
		r.expect("write x.go")
		is, err := os.ReadFile(r.path("x.go"))
		must(t, err)
		if string(is) != "newer" {
			t.Errorf("told while it was %q", is)
		}
	})
}

func TestPollIntervalIsBounded(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{
		-1: DefaultPollInterval, 0: DefaultPollInterval, time.Millisecond: minPollInterval, time.Second: time.Second,
	} {
		o, err := Options{Files: []string{t.TempDir()}, PollInterval: given}.complete()
		must(t, err)
		if o.PollInterval != want {
			t.Errorf("%v becomes %v, want %v", given, o.PollInterval, want)
		}
	}
}

// newPolled returns a poller of all files in a folder.
func newPolled(t *testing.T, f files) (*poller, string) {
	dir := t.TempDir()
	f.write(t, dir)
	p := newPoller(DefaultPollInterval, func(string, fs.FileMode) bool { return true })
	_, err := p.open()
	must(t, err)
	must(t, p.addFolder(dir))
	return p, dir
}

// A file may change within a step of the clock, and look as before. So it is in
// doubt for as long as the steps of any file system.
func TestWhatChangedIsInDoubtForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPolled(t, files{"x.go": "old", "y.go": "old"})
		pass(time.Minute)
		files{"x.go": "newer"}.write(t, dir)
		start, last, times := time.Now(), time.Time{}, 0
		for time.Since(start) < time.Minute {
			pass(DefaultPollInterval)
			found := p.look(t.Context(), false)
			if _, ok := found.events[dir+"/x.go"]; ok {
				last = time.Now()
				times++
			}
			if _, ok := found.events[dir+"/y.go"]; ok {
				t.Error("a file beside it is in doubt")
			}
		}
		if times != 4 || last.Sub(start) < clockStep {
			t.Errorf("in doubt %d times, the last after %v", times, last.Sub(start))
		}
	})
}

// newFar returns a poller of files that are no inputs, of which none changed lately.
func newFar(t *testing.T, n int) *poller {
	all := make(files)
	for i := range n {
		all[fmt.Sprintf("%d.txt", i)] = ""
	}
	p, dir := newPolled(t, all)
	for _, f := range p.folders[dir].names {
		f.changed = time.Time{}
	}
	clear(p.fresh)
	return p
}

func TestEveryFileHasItsTurnWithinARound(t *testing.T) {
	for rest, round := range map[time.Duration]time.Duration{
		0:           shortestRound,
		time.Minute: 2 * time.Second,
		time.Hour:   longestRound,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newFar(t, 3000)
			order := p.inOrder()
			for _, f := range order.far {
				f.glance = glance{size: 1}
			}
			looks := 0
			for waiting := true; waiting; looks++ {
				// As if each look had used up its time with what is near.
				p.now = time.Now().Add(-p.pause/share - 1)
				p.changed = p.now.Add(-rest)
				p.takeTurns(t.Context(), order, false)
				waiting = slices.ContainsFunc(order.far, func(f *polledFile) bool { return f.glance.size == 1 })
			}
			if most := int(round / p.pause); looks > most || looks < most/2 {
				t.Errorf("after %v of rest a round takes %d looks, want about %d", rest, looks, most)
			}
		})
	}
}

// A folder of which nothing can be told by its time is listed all the same.
func TestFolderWithoutTimeIsListedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, dir := newPolled(t, files{"x.go": "old"})
		p.look(t.Context(), false)
		clear(p.fresh)
		files{"n.go": "new"}.write(t, dir)
		p.folders[dir].glance, _ = glanceAtNow(dir) // as if that were the one from before
		for start := time.Now(); ; {
			pass(DefaultPollInterval)
			if found := p.look(t.Context(), false); len(found.events) > 0 {
				break
			}
			if time.Since(start) > 2*relist {
				t.Fatal("a new file is not found")
			}
		}
		// From now on it is known that the time of a folder means nothing here.
		pass(time.Minute)
		p.look(t.Context(), false)
		clear(p.fresh)
		files{"o.go": "new"}.write(t, dir)
		p.folders[dir].glance, _ = glanceAtNow(dir)
		for start := time.Now(); ; {
			pass(DefaultPollInterval)
			if found := p.look(t.Context(), false); len(found.events) > 0 {
				break
			}
			if time.Since(start) > relistBlind+DefaultPollInterval {
				t.Fatal("another new file is not found soon")
			}
		}
	})
}

// A folder that is not entered, since it may not be, is no change again and again.
func TestFolderThatIsNotEnteredIsAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, _ := newPolled(t, files{"x.go": "old", "closed/y.go": "old"})
		for start := time.Now(); time.Since(start) < 4*relist; {
			pass(DefaultPollInterval)
			if found := p.look(t.Context(), false); time.Since(start) > relist/2 && len(found.events) > 0 {
				t.Fatalf("after %v: %v", time.Since(start), found.events)
			}
		}
		if p.blind {
			t.Error("the time of a folder is not believed any more")
		}
	})
}
