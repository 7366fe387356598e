package watcher

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// openBoth has events, and looks everywhere too.
func openBoth() (source, error) {
	s, err := openSource()
	s.poller = newPoller(minPollInterval, func(string, fs.FileMode) bool { return true })
	s.poller.open()
	return s, err
}

// both is an origin that has changes twice.
var both = origin{name: "both", open: openBoth}

func TestEventsAndLooksTogether(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, origin){
		"folder moved":             movedFolderIsWatchedAtItsNewPlaceOnly,
		"folder moved and deleted": folderMovedAndDeletedIsNoError,
		"deep folder":              deepFolderIsNeverMissed,
		"saves":                    aSaveIsOneWrite,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, both) })
	}
}

func aSaveIsOneWrite(t *testing.T, on origin) {
	r := on.watch(t, files{"x.go": "old", "same.go": "s"})
	r.write("x.go", "newer")
	r.expect("write x.go")
	r.write("tmp", "newest")
	r.rename("tmp", "x.go")
	r.write("same.go", "s")
	r.expect("write x.go")
	r.remove("x.go")
	r.expect("remove x.go")
}

// remote opens a source without events of what is below a folder, which is looked at.
func remote(folder string) func() (source, error) {
	return func() (source, error) {
		s, err := openBoth()
		add, remove := s.add, s.remove
		here := func(dir string) bool { return dir == folder || below(dir, folder) }
		s.needs = func(dir string, _ identity) bool { return here(dir) }
		s.add = func(dir string) error {
			if here(dir) {
				return nil
			}
			return add(dir)
		}
		s.remove = func(dir string) error {
			if here(dir) {
				return nil
			}
			return remove(dir)
		}
		return s, err
	}
}

func TestOnlyWhatNeedsItIsPolled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"here/x.go": "x", "there/deep/y.go": "y"}.write(t, dir)
	env := filepath.Join(dir, "there", ".env")
	r := watchDir(t, dir, remote(filepath.Join(dir, "there")), func(o *Options) {
		o.EventsOnly, o.PollInterval, o.Files = true, minPollInterval, []string{env}
	})
	for _, c := range []struct{ name, want string }{
		{"here/x.go", "write here/x.go"},
		{"there/deep/y.go", "write there/deep/y.go"},
		{"there/new/z.go", "create there/new/z.go"},
		{"here/new.go", "create here/new.go"},
		{"there/.env", "create there/.env"},
	} {
		r.write(c.name, "newer")
		r.expect(c.want)
	}
	r.rename("there/deep", "here/deep")
	r.expect("create here/deep/y.go, remove there/deep/y.go")
	r.write("here/deep/y.go", "newest")
	r.expect("write here/deep/y.go")
	r.stop()
	for folder := range r.w.source.poller.folders {
		if !below(folder, dir) || folder == r.path("here") || below(folder, r.path("here")) {
			t.Errorf("%s is polled", folder)
		}
	}
}

// Nothing is looked at where events tell of everything.
func TestLocalTreeIsNotPolled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if on := FileSystemOf(dir); on.Polls {
		t.Skipf("%s lies on %+v", dir, on)
	}
	w, err := New(Options{Roots: []string{dir}, Scratch: t.TempDir(), Polled: func(on FileSystem) { t.Errorf("polls %+v", on) }})
	must(t, err)
	if w.looks() {
		t.Error("there is something to look at")
	}
	must(t, w.Close())
}

func TestKernelWithoutEventsIsPolled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"x.go": "old"}.write(t, dir)
	var polled []FileSystem
	r := watchDir(t, dir, func() (source, error) { return source{}, syscall.ENOSYS }, func(o *Options) {
		o.PollInterval = minPollInterval
		o.Polled = func(on FileSystem) { polled = append(polled, on) }
	})
	if len(polled) != 1 || !polled[0].Polls || polled[0].Why == "" {
		t.Errorf("told %+v", polled)
	}
	r.write("x.go", "newer")
	r.expect("write x.go")
}

func TestCanary(t *testing.T) {
	t.Parallel()
	scratch := t.TempDir()
	if FileSystemOf(scratch).Polls {
		t.Skip("it is polled anyway")
	}
	id, err := identify(scratch)
	must(t, err)
	for _, silent := range []bool{false, true} {
		kernel, err := openSource()
		must(t, err)
		defer kernel.close()
		var polled []FileSystem
		s := &sources{
			silent: func(kernel source, dir string) bool { return isSilent(kernel, dir) || silent },
			tell:   func(on FileSystem) { polled = append(polled, on) },
			known:  make(map[device]FileSystem),
		}
		s.try(kernel, scratch)
		if got := s.needs(scratch, id); got != silent || len(polled) == 1 != silent {
			t.Errorf("silent %v: polls %v, told %v", silent, got, polled)
		}
	}
	left, err := os.ReadDir(scratch)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left %v", left)
	}
	kernel, err := openSource()
	must(t, err)
	defer kernel.close()
	if isSilent(kernel, filepath.Join(scratch, "missing")) {
		t.Error("a folder that is missing is called silent")
	}
}

func TestPreferredIsNear(t *testing.T) {
	t.Parallel()
	p := newFar(t, 1000)
	wanted := []string{"7.txt", "500.txt", "999.txt"}
	prefer := preference(func(path string) bool { return slices.Contains(wanted, filepath.Base(path)) })
	near := func() (inputs int) {
		p.look(context.Background(), false)
		for _, f := range p.inOrder().near {
			if prefer(f.path) {
				inputs++
			}
		}
		return inputs
	}
	if got := near(); got > 3 || len(p.inOrder().near) != busy {
		t.Errorf("%d of %d are near before anybody said so", got, len(p.inOrder().near))
	}
	p.prefers.Store(&prefer)
	if got := near(); got != len(wanted) {
		t.Errorf("%d are near, want %d", got, len(wanted))
	}
}

// As on a file system on which it is waiting that takes the time.
func TestSlowLooksGoTogether(t *testing.T) {
	t.Parallel()
	p := newPoller(DefaultPollInterval, nil)
	p.slow = true
	p.paths = make([]string, 3*atOnce)
	for i := range p.paths {
		p.paths[i] = string(rune('a' + i))
	}
	met := make(chan bool)
	for range atOnce / 2 {
		go func() {
			for range p.paths[:6] {
				<-met
			}
		}()
	}
	got := p.glanceAll(func(path string) (glance, error) {
		met <- true
		return glance{size: int64(path[0])}, nil
	})
	for i, s := range got {
		if s.glance.size != int64('a'+i) {
			t.Errorf("%q came in place of %q", rune(s.glance.size), 'a'+i)
		}
	}
}

func TestGlancesAgree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"file": "text", "folder/": ""}.write(t, dir)
	must(t, os.Symlink("folder", filepath.Join(dir, "link")))
	for _, name := range []string{"file", "folder", "link", "missing", "file/below"} {
		path := filepath.Join(dir, name)
		is, err := glanceAtLink(path)
		now, errNow := glanceAtLinkNow(path)
		if is != now || isGone(err) != isGone(errNow) {
			t.Errorf("%s: %+v, now %+v; %v, now %v", name, is, now, err, errNow)
		}
		is, err = glanceAt(path)
		now, errNow = glanceAtNow(path)
		if is != now || isGone(err) != isGone(errNow) {
			t.Errorf("%s, followed: %+v, now %+v; %v, now %v", name, is, now, err, errNow)
		}
	}
}
