package watcher

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// origin is one of the two ways by which a watcher learns of changes. What the
// contract says holds for both.
type origin struct {
	name  string
	polls bool
	open  func() (source, error) // nil for the usual
}

var origins = []origin{{name: "events"}, {name: "polling", polls: true}}

func eachOrigin(t *testing.T, test func(t *testing.T, on origin)) {
	t.Helper()
	for _, on := range origins {
		t.Run(on.name, func(t *testing.T) { t.Parallel(); test(t, on) })
	}
}

func (on origin) set(o *Options) {
	o.Poll, o.EventsOnly, o.PollInterval = on.polls, on.open != nil, minPollInterval
}

// rig is a running watcher on a folder of its own.
type rig struct {
	*testing.T
	dir   string
	w     *Watcher
	polls bool       // looks at anything
	done  chan error // what Run returned
	stop  func()     // ends Run and waits for it
	sets  int        // sentinels written
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// files maps slash-separated paths to contents; a path that ends in "/" is a folder.
type files map[string]string

func (f files) write(t testing.TB, dir string) {
	t.Helper()
	for name, content := range f {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// watch writes the files and starts a watcher on them. Windows are wide, so that
// a busy machine does not tear one save into two.
func (on origin) watch(t *testing.T, f files, change ...func(*Options)) *rig {
	t.Helper()
	dir := t.TempDir()
	f.write(t, dir)
	return on.watchDir(t, dir, change...)
}

func (on origin) watchDir(t *testing.T, dir string, change ...func(*Options)) *rig {
	t.Helper()
	open := openSource
	if on.open != nil {
		open = on.open
	}
	return watchDir(t, dir, open, append([]func(*Options){on.set}, change...)...)
}

func watchDir(t *testing.T, dir string, open func() (source, error), change ...func(*Options)) *rig {
	t.Helper()
	opts := Options{Roots: []string{dir}, Quiet: 80 * time.Millisecond, Ceiling: 5 * time.Second, budget: patience}
	for _, c := range change {
		c(&opts)
	}
	w, err := newWatcher(opts, open)
	must(t, err)
	r := &rig{T: t, dir: dir, w: w, polls: w.looks(), done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	go r.run(ctx)
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-r.done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (r *rig) run(ctx context.Context) { r.done <- r.w.Run(ctx) }

func (r *rig) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r *rig) next() ChangeSet {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	select {
	case set, ok := <-r.w.Changes():
		if !ok {
			r.Fatal("the watcher ended")
		}
		return set
	case <-ctx.Done():
		r.Fatal("no change set")
	}
	panic("unreachable")
}

// show renders a set as "create a.go, write sub/b.go".
func (r *rig) show(s ChangeSet) string {
	var lines []string
	for _, c := range s.Changes {
		name, err := filepath.Rel(r.dir, c.Path)
		must(r, err)
		lines = append(lines, c.Op.String()+" "+filepath.ToSlash(name))
	}
	return strings.Join(lines, ", ")
}

// asSeen is what can be seen of a set. Who polls cannot know a rename from a removal.
func (r *rig) asSeen(set string) string {
	if r.polls {
		return strings.ReplaceAll(set, "rename ", "remove ")
	}
	return set
}

// expect asserts that the next set is exactly want, and that no other follows it.
func (r *rig) expect(want string) ChangeSet {
	r.Helper()
	set := r.next()
	if got := r.show(set); r.asSeen(got) != r.asSeen(want) {
		r.Fatalf("got  %s\nwant %s", got, want)
	}
	r.expectNothing()
	return set
}

// expectNothing asserts that nothing changed so far, by changing something.
func (r *rig) expectNothing() {
	r.Helper()
	r.sets++
	sentinel := "sentinel" + strings.Repeat("l", r.sets)
	must(r, os.WriteFile(r.path(sentinel), nil, 0o644))
	if got, want := r.show(r.next()), "create "+sentinel; got != want {
		r.Fatalf("got  %s\nwant %s", got, want)
	}
}

func (r *rig) write(name, content string)  { r.Helper(); files{name: content}.write(r, r.dir) }
func (r *rig) mkdir(name string)           { r.Helper(); must(r, os.MkdirAll(r.path(name), 0o755)) }
func (r *rig) remove(name string)          { r.Helper(); must(r, os.RemoveAll(r.path(name))) }
func (r *rig) rename(from, to string)      { r.Helper(); must(r, os.Rename(r.path(from), r.path(to))) }
func (r *rig) symlink(target, name string) { r.Helper(); must(r, os.Symlink(target, r.path(name))) }
