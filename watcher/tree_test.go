package watcher

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestFolders(t *testing.T) {
	cases := map[string]struct {
		do   func(r *rig)
		want string
	}{
		"deep mkdir and write": {
			func(r *rig) { r.write("a/b/c/d.go", "") }, "create a/b/c/d.go"},
		"moved in": {
			func(r *rig) {
				out := r.TempDir()
				files{"p/q/n.go": "n", "p/m.go": "m"}.write(r, out)
				must(r, os.Rename(out+"/p", r.path("p")))
			}, "create p/m.go, create p/q/n.go"},
		"moved out": {
			func(r *rig) { must(r, os.Rename(r.path("sub"), r.TempDir()+"/sub")) },
			"rename sub/deep/x.go, rename sub/y.go"},
		"removed": {
			func(r *rig) { r.remove("sub") },
			"remove sub/deep/x.go, remove sub/y.go"},
		"renamed": {
			func(r *rig) { r.rename("sub", "new") },
			"create new/deep/x.go, create new/y.go, rename sub/deep/x.go, rename sub/y.go"},
		"moved into its sibling": {
			func(r *rig) { r.rename("sub", "other/sub") },
			"create other/sub/deep/x.go, create other/sub/y.go, rename sub/deep/x.go, rename sub/y.go"},
		"replaced by a file": {
			func(r *rig) { r.remove("sub"); r.write("sub", "file") },
			"create sub, remove sub/deep/x.go, remove sub/y.go"},
		"replaces a file": {
			func(r *rig) { r.remove("z.go"); r.write("z.go/in.go", "in") },
			"remove z.go, create z.go/in.go"},
		"replaced by a link to itself": {
			func(r *rig) { r.rename("sub", "new"); r.symlink("new", "sub") },
			"create new/deep/x.go, create new/y.go, create sub, rename sub/deep/x.go, rename sub/y.go"},
		"swapped": {
			func(r *rig) { r.rename("sub", "t"); r.rename("other", "sub"); r.rename("t", "other") },
			"create other/deep/x.go, rename other/o.go, create other/y.go, rename sub/deep/x.go, create sub/o.go, rename sub/y.go"},
		"link to a folder is not followed": {
			func(r *rig) { r.symlink("..", "sub/loop") }, "create sub/loop"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				r := on.watch(t, files{"sub/y.go": "y", "sub/deep/x.go": "x", "other/o.go": "o", "z.go": "z"})
				c.do(r)
				r.expect(c.want)
			})
		})
	}
}

func TestMovedFolderIsWatchedAtItsNewPlaceOnly(t *testing.T) {
	eachOrigin(t, movedFolderIsWatchedAtItsNewPlaceOnly)
}

func movedFolderIsWatchedAtItsNewPlaceOnly(t *testing.T, on origin) {
	r := on.watch(t, files{"sub/deep/x.go": "x"})
	out := r.TempDir()
	r.rename("sub", "new")
	r.expect("create new/deep/x.go, rename sub/deep/x.go")
	r.write("new/deep/x.go", "2")
	r.expect("write new/deep/x.go")
	must(t, os.Rename(r.path("new"), out+"/new"))
	r.expect("rename new/deep/x.go")
	r.write("new/deep/x.go", "3")
	r.expect("create new/deep/x.go")
	files{"new/deep/x.go": "4", "new/deep/y.go": "4"}.write(t, out)
	r.expectNothing()
	if got := len(watches(t, r)); got != r.w.Watched() || got != 3 {
		t.Errorf("%d folders are watched, Watched says %d, want 3", got, r.w.Watched())
	}
}

// watches lists what fsnotify watches, through the source's own view of it: a
// folder that is watched can be removed, so the watcher is ended by this.
func watches(t *testing.T, r *rig) (folders []string) {
	t.Helper()
	s := r.w.source
	if s.polls() {
		r.stop() // the poller belongs to Run
	}
	must(t, filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && s.remove(path) == nil {
			folders = append(folders, path)
		}
		return err
	}))
	return folders
}

func TestDeepFolderIsNeverMissed(t *testing.T) { eachOrigin(t, deepFolderIsNeverMissed) }

func deepFolderIsNeverMissed(t *testing.T, on origin) {
	r := on.watch(t, nil, func(o *Options) { o.Quiet = 1 })
	seen := make(map[string]bool)
	const times = 200
	for i := range times {
		r.write(fmt.Sprintf("%d/b/c/d/x.go", i), "x")
		if i%2 == 0 {
			collect(r, seen)
		}
	}
	for len(seen) < times {
		collect(r, seen)
	}
}

func collect(r *rig, seen map[string]bool) {
	r.Helper()
	for _, c := range r.next().Changes {
		if c.Op == Create {
			seen[c.Path] = true
		}
	}
}

func TestManyFilesAtOnce(t *testing.T) { eachOrigin(t, manyFilesAtOnce) }

func manyFilesAtOnce(t *testing.T, on origin) {
	const n = 2000
	f := make(files)
	for i := range n {
		f[fmt.Sprintf("%d/%d.go", i%40, i)] = "old"
	}
	r := on.watch(t, f)
	for name := range f {
		r.write(name, "new")
	}
	seen, sets := make(map[string]bool), 0
	for len(seen) < n {
		for _, c := range r.next().Changes {
			if c.Op != Write || seen[c.Path] {
				t.Fatalf("unexpected %v", c)
			}
			seen[c.Path] = true
		}
		sets++
	}
	if sets > 3 {
		t.Errorf("%d files came in %d sets", n, sets)
	}
	r.expectNothing()
}

func TestIgnore(t *testing.T) { eachOrigin(t, ignore) }

func ignore(t *testing.T, on origin) {
	r := on.watch(t, files{"tmp/x": "x", "a.log": "a", "tmp/deep/": ""}, func(o *Options) {
		o.Ignore = func(path string, dir bool) bool {
			return dir && filepath.Base(path) == "tmp" || !dir && filepath.Ext(path) == ".log"
		}
	})
	r.write("tmp/x", "2")
	r.write("tmp/deep/y", "2")
	r.write("a.log", "2")
	r.write("new/tmp/x", "2")
	r.write("new/b.log", "2")
	r.expectNothing()
	r.write("new/tmp/x", "3")
	r.expectNothing()
	r.rename("a.log", "a.go")
	r.expect("create a.go")
}

func TestDroppingsNeverAppear(t *testing.T) { eachOrigin(t, droppingsNeverAppear) }

func droppingsNeverAppear(t *testing.T, on origin) {
	r := on.watch(t, files{"sub/x.go": "x"})
	for _, name := range []string{".#x.go", "#x.go#", "x.go~", "4913", ".x.go.swp", "x.go___jb_tmp___", "x.tmp"} {
		r.write("sub/"+name, "1")
		r.write("new/"+name, "1")
	}
	r.expectNothing()
	r.remove("sub/x.go~")
	r.expectNothing()
}

func TestOverlappingRoots(t *testing.T) { eachOrigin(t, overlappingRoots) }

func overlappingRoots(t *testing.T, on origin) {
	dir := t.TempDir()
	files{"in/x.go": "x", "vendor/own/y.go": "y", "vendor/z.go": "z"}.write(t, dir)
	r := on.watchDir(t, dir, func(o *Options) {
		o.Roots = []string{dir + "/in", dir, dir + "/vendor/own", dir}
		o.Ignore = func(path string, dir bool) bool { return filepath.Base(path) == "vendor" }
	})
	if got := r.w.Watched(); got != 3 {
		t.Errorf("%d folders are watched, want 3", got)
	}
	r.write("in/x.go", "2")
	r.write("vendor/own/y.go", "2")
	r.write("vendor/z.go", "2")
	r.expect("write in/x.go, write vendor/own/y.go")
	r.remove("in")
	r.expect("remove in/x.go")
}

func TestRootGoneEndsRun(t *testing.T) {
	gone := map[string]func(t *testing.T, root string){
		"removed": func(t *testing.T, root string) { must(t, os.RemoveAll(root)) },
		"removed while in use": func(t *testing.T, root string) { // as by a process in it
			user, err := os.Open(root)
			must(t, err)
			t.Cleanup(func() { _ = user.Close() })
			must(t, os.RemoveAll(root))
		},
		"moved":    func(t *testing.T, root string) { must(t, os.Rename(root, root+"2")) },
		"replaced": func(t *testing.T, root string) { must(t, os.RemoveAll(root)); must(t, os.WriteFile(root, nil, 0o644)) },
	}
	for name, remove := range gone {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				root := filepath.Join(t.TempDir(), "root")
				files{"x.go": "x"}.write(t, root)
				w, err := New(Options{Roots: []string{root}, Poll: on.polls})
				must(t, err)
				remove(t, root)
				var gone *RootError
				if err := w.Run(t.Context()); !errors.As(err, &gone) || gone.Root != root {
					t.Errorf("Run: %v, want a RootError for %s", err, root)
				}
				if _, ok := <-w.Changes(); ok {
					t.Error("Changes is not closed")
				}
			})
		})
	}
}

func TestRootSwappedInOneWindow(t *testing.T) { eachOrigin(t, rootSwappedInOneWindow) }

func rootSwappedInOneWindow(t *testing.T, on origin) {
	top := t.TempDir()
	files{"root/x.go": "x", "next/x.go": "2", "next/sub/y.go": "y"}.write(t, top)
	r := on.watchDir(t, top+"/root")
	must(t, os.Rename(top+"/root", top+"/old"))
	must(t, os.Rename(top+"/next", top+"/root"))
	r.expect("create sub/y.go, write x.go")
	r.write("sub/y.go", "2")
	r.expect("write sub/y.go")
}

func TestSingleFiles(t *testing.T) { eachOrigin(t, singleFiles) }

func singleFiles(t *testing.T, on origin) {
	out := t.TempDir()
	files{"conf/.env": "a", "conf/noise": "a"}.write(t, out)
	env := out + "/conf/.env"
	r := on.watch(t, files{"tmp/keep.yml": "a", "tmp/x": "a", "keep.tmp": "a"}, func(o *Options) {
		o.Files = []string{env, o.Roots[0] + "/tmp/keep.yml", o.Roots[0] + "/keep.tmp", out + "/no/such/file"}
		o.Ignore = func(path string, dir bool) bool { return filepath.Base(path) == "tmp" }
	})
	expect := func(path string, op Op) {
		t.Helper()
		if on.polls && op == Rename {
			op = Remove
		}
		set := r.next()
		if len(set.Changes) != 1 || set.Changes[0] != (Change{path, op}) {
			t.Fatalf("got %v, want %v %s", set.Changes, op, path)
		}
		r.expectNothing()
	}
	files{"conf/.env": "b", "conf/noise": "b", "noise": "b"}.write(t, out)
	r.write("tmp/x", "b")
	expect(env, Write)
	must(t, os.Remove(env))
	expect(env, Remove)
	files{"conf/.env": "c"}.write(t, out)
	expect(env, Create)
	r.write("tmp/keep.yml", "b")
	expect(r.path("tmp/keep.yml"), Write)
	r.write("keep.tmp", "b")
	expect(r.path("keep.tmp"), Write)
	// The folder goes and comes.
	must(t, os.Rename(out+"/conf", out+"/gone"))
	expect(env, Rename)
	files{"gone/.env": "d"}.write(t, out)
	r.expectNothing()
	files{"conf/.env": "e"}.write(t, out)
	expect(env, Create)
	r.remove("tmp")
	expect(r.path("tmp/keep.yml"), Remove)
	r.write("tmp/keep.yml", "c")
	expect(r.path("tmp/keep.yml"), Create)
	// The folder was never there.
	files{"no/such/file": "a", "no/such/other": "a"}.write(t, out)
	expect(out+"/no/such/file", Create)
}

// complaints collects what Options.Warn is told.
type complaints struct {
	mu  sync.Mutex
	all []error
}

func (c *complaints) add(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, err)
}

func (c *complaints) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprint(c.all)
}

func TestUnreadableFolderIsSkippedAndReportedOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"shut/x.go": "x", "y.go": "y"}.write(t, dir)
	must(t, os.Chmod(dir+"/shut", 0))
	t.Cleanup(func() { _ = os.Chmod(dir+"/shut", 0o755) })
	// Root may read everything, so that the kernel's answer is played here.
	open := func() (source, error) {
		s, err := openSource()
		add := s.add
		s.add = func(folder string) error {
			if filepath.Base(folder) == "shut" {
				return &os.PathError{Op: "inotify_add_watch", Path: folder, Err: os.ErrPermission}
			}
			return add(folder)
		}
		return s, err
	}
	var warned complaints
	r := watchDir(t, dir, open, func(o *Options) { o.Warn = warned.add })
	r.write("y.go", "2")
	r.expect("write y.go")
	r.rename("shut", "t")
	r.rename("t", "shut")
	r.expectNothing()
	if text := warned.text(); strings.Count(text, "watching folder") != 1 || !strings.Contains(text, "permission denied") {
		t.Errorf("warned %s", text)
	}
}

func TestTwoNamesOfOneFolderBothReport(t *testing.T) { eachOrigin(t, twoNamesOfOneFolderBothReport) }

func twoNamesOfOneFolderBothReport(t *testing.T, on origin) {
	top := t.TempDir()
	files{"a/sub/deep/x.go": "x"}.write(t, top)
	must(t, os.Symlink("a/sub", top+"/b"))
	r := on.watchDir(t, top+"/a", func(o *Options) { o.Roots = append(o.Roots, top+"/b") })
	r.write("sub/deep/x.go", "2")
	r.write("sub/n.go", "n")
	r.expect("write sub/deep/x.go, create sub/n.go, write ../b/deep/x.go, create ../b/n.go")
	r.rename("sub/deep", "sub/d")
	r.expect("create sub/d/x.go, rename sub/deep/x.go, create ../b/d/x.go, rename ../b/deep/x.go")
	r.write("sub/d/x.go", "3")
	r.expect("write sub/d/x.go, write ../b/d/x.go")
}
