package watcher

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// beside returns a new folder with these files, outside of every root.
func beside(t *testing.T, f files) string {
	t.Helper()
	dir := t.TempDir()
	f.write(t, dir)
	return dir
}

// expectBeside is expect for a set of changes below another folder.
func (r *rig) expectBeside(dir, want string) {
	r.Helper()
	root := r.dir
	r.dir = dir
	defer func() { r.dir = root }()
	want = r.asSeen(want)
	if got := r.show(r.next()); got != want {
		r.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestAlso(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		lib := beside(t, files{"a.go": "a", "sub/b.go": "b"})
		r := on.watch(t, files{"x.go": "x"})
		r.w.Also([]string{lib})
		r.expectNothing() // for what was there
		must(t, os.WriteFile(lib+"/sub/b.go", []byte("bb"), 0o644))
		must(t, os.WriteFile(lib+"/a.go", []byte("aa"), 0o644))
		must(t, os.Mkdir(lib+"/new", 0o755))
		must(t, os.WriteFile(lib+"/new/c.go", nil, 0o644))
		must(t, os.WriteFile(lib+"/d.go", nil, 0o644))
		r.expectBeside(lib, "write a.go, create d.go")
		r.write("x.go", "xx")
		r.expect("write x.go")

		other := beside(t, files{"o.go": "o"})
		r.w.Also([]string{other})
		must(t, os.WriteFile(lib+"/a.go", []byte("aaa"), 0o644))
		r.expectNothing()
		must(t, os.Remove(other+"/o.go"))
		r.expectBeside(other, "remove o.go")

		r.w.Also([]string{other, lib})
		must(t, os.WriteFile(lib+"/a.go", []byte("aaaa"), 0o644))
		r.expectBeside(lib, "write a.go")
		r.expectNothing()
	})
}

func TestAlsoComesAndGoes(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		lib := beside(t, nil)
		r := on.watch(t, nil)
		far := filepath.Join(lib, "far", "away")
		r.w.Also([]string{far})
		must(t, os.MkdirAll(far+"/no", 0o755))
		must(t, os.WriteFile(far+"/a.go", nil, 0o644))
		r.expectBeside(lib, "create far/away/a.go")
		must(t, os.Rename(far, lib+"/gone"))
		r.expectBeside(lib, "rename far/away/a.go")
		must(t, os.WriteFile(lib+"/gone/a.go", []byte("a"), 0o644))
		r.expectNothing()
		must(t, os.WriteFile(far, nil, 0o644)) // a file in its place
		r.expectNothing()
		must(t, os.Remove(far))
		must(t, os.Rename(lib+"/gone", far))
		r.expectBeside(lib, "create far/away/a.go")
		must(t, os.RemoveAll(lib+"/far"))
		r.expectBeside(lib, "remove far/away/a.go")
	})
}

// What is ignored in a root is watched as long as it is in the set.
func TestAlsoInsideOfARoot(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		r := on.watch(t, files{"p/x.go": "x", "p/x.html": "x", "p/q/q.html": "q", "vendor/v/v.go": "v", "vendor/v/w/w.go": "w"},
			func(o *Options) {
				o.Ignore = func(path string, dir bool) bool {
					return filepath.Base(path) == "vendor" || filepath.Ext(path) == ".html"
				}
			})
		r.w.Also([]string{r.path("p"), r.path("vendor/v"), r.path("p")})
		r.expectNothing()
		r.write("p/x.go", "xx")
		r.write("p/x.html", "xx")
		r.write("p/q/q.html", "qq")
		r.write("vendor/v/v.go", "vv")
		r.write("vendor/v/w/w.go", "ww")
		r.write("vendor/y.go", "y")
		r.expect("write p/x.go, write p/x.html, write vendor/v/v.go")

		// A package is moved away, and another one takes its place.
		r.rename("vendor", "other")
		r.write("vendor/v/v.go", "v")
		r.rename("p", "old")
		r.write("p/x.html", "x")
		r.write("p/x.go", "xx")
		r.expect("create old/x.go, create other/v/v.go, create other/v/w/w.go, create other/y.go, write p/x.html, write vendor/v/v.go")

		r.w.Also(nil)
		r.write("p/x.html", "y")
		r.write("vendor/v/v.go", "y")
		r.write("p/x.go", "y")
		r.expect("write p/x.go")
	})
}

// A set in which a folder stays does not make its files known again, nor does one
// whose folder is watched already: a change that was not told yet still is.
func TestAlsoLosesNothing(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		lib := beside(t, files{"a.go": "a"})
		r := on.watch(t, files{"p/": ""})
		r.w.Also([]string{lib})
		must(t, os.WriteFile(lib+"/b.go", nil, 0o644))
		r.write("p/new.go", "new")
		for i := range 20 {
			r.w.Also([]string{lib, r.path("p"), lib + "/" + string(rune('a'+i))})
		}
		set := r.next()
		if len(set.Changes) != 2 {
			t.Errorf("got %s", r.show(set))
		}
		r.expectNothing()
	})
}

// The folder of one set may be the place from which another one is awaited.
func TestAlsoBelowOneThatIsNoMore(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		lib := beside(t, nil)
		r := on.watch(t, nil)
		r.w.Also([]string{lib, lib + "/sub"})
		r.w.Also([]string{lib + "/sub"})
		must(t, os.WriteFile(lib+"/a.go", nil, 0o644))
		must(t, os.Mkdir(lib+"/sub", 0o755))
		must(t, os.WriteFile(lib+"/sub/b.go", nil, 0o644))
		r.expectBeside(lib, "create sub/b.go")
		r.expectNothing()
	})
}

func TestAlsoSymlinks(t *testing.T) {
	t.Parallel()
	eachOrigin(t, func(t *testing.T, on origin) {
		for _, follow := range []bool{false, true} {
			lib := beside(t, files{"one/a.go": "1", "two/a.go": "2", "two/b.go": "2"})
			must(t, os.Symlink("one", lib+"/link"))
			r := on.watch(t, nil, func(o *Options) { o.FollowSymlinks = follow })
			r.w.Also([]string{lib + "/link"})
			must(t, os.WriteFile(lib+"/one/a.go", []byte("11"), 0o644))
			r.expectBeside(lib, "write link/a.go")
			must(t, os.Symlink("two", lib+"/next"))
			must(t, os.Rename(lib+"/next", lib+"/link"))
			r.expectBeside(lib, "write link/a.go, create link/b.go")
			must(t, os.WriteFile(lib+"/two/a.go", []byte("22"), 0o644))
			r.expectBeside(lib, "write link/a.go")
			r.expectNothing()
		}
	})
}

func TestAlsoAfterLostEvents(t *testing.T) {
	t.Parallel()
	lib := beside(t, files{"a.go": "a"})
	r, l := watchLeaky(t, nil, nil)
	r.w.Also([]string{lib})
	l.leak.Store(true)
	must(t, os.WriteFile(lib+"/a.go", []byte("aa"), 0o644))
	l.errors <- fsnotify.ErrEventOverflow
	r.expectBeside(lib, "write a.go")
	must(t, os.WriteFile(lib+"/a.go", []byte("aaa"), 0o644))
	r.expectBeside(lib, "write a.go")
}

func TestAlsoRelativePath(t *testing.T) {
	t.Parallel()
	var warned complaints
	r := origins[0].watch(t, nil, func(o *Options) { o.Warn = warned.add })
	r.w.Also([]string{"lib"})
	if got, want := warned.text(), `[watching "lib": the path is not absolute]`; got != want {
		t.Errorf("warned %q, want %q", got, want)
	}
}

func TestAlsoReturnsAfterTheEnd(t *testing.T) {
	t.Parallel()
	r := origins[0].watch(t, nil)
	r.stop()
	returned := make(chan struct{})
	go func() {
		r.w.Also([]string{r.dir})
		close(returned)
	}()
	select {
	case <-returned:
	case <-time.After(patience):
		t.Error("Also waits for a Run that has ended")
	}
}
