package watcher

import (
	"os"
	"os/exec"
	"testing"
)

func TestEverySaveIsOneWrite(t *testing.T) {
	saves := map[string]func(r *rig){
		"in place": func(r *rig) { // VS Code, nano, micro, Vim with backupcopy=yes
			r.write("x.go", "new")
		},
		"over the old bytes, then cut": func(r *rig) { // the go command's lockedfile, gofmt -w
			f, err := os.OpenFile(r.path("x.go"), os.O_WRONLY, 0)
			must(r, err)
			_, err = f.WriteAt([]byte("n"), 0)
			must(r, err)
			must(r, f.Truncate(1))
			must(r, f.Close())
		},
		"in many writes": func(r *rig) {
			f, err := os.Create(r.path("x.go"))
			must(r, err)
			for range 100 {
				_, err = f.WriteString("new")
				must(r, err)
			}
			must(r, f.Close())
		},
		"temporary file renamed over": func(r *rig) { // the go command, VS Code (atomic), Kate, Helix
			r.write("x.go.AbCdEf", "new")
			r.rename("x.go.AbCdEf", "x.go")
		},
		"Vim, backupcopy=no": func(r *rig) {
			r.write(".x.go.swp", "swap")
			r.write("4913", "")
			r.remove("4913")
			r.rename("x.go", "x.go~")
			r.write("x.go", "new")
			r.remove("x.go~")
		},
		"Emacs": func(r *rig) {
			r.symlink("me@host.1:1", ".#x.go")
			r.write("#x.go#", "auto-saved")
			r.rename("x.go", "x.go~")
			r.write("x.go", "new")
			r.remove("#x.go#")
			r.remove(".#x.go")
		},
		"JetBrains, safe write": func(r *rig) {
			r.write("x.go___jb_tmp___", "new")
			r.rename("x.go", "x.go___jb_old___")
			r.rename("x.go___jb_tmp___", "x.go")
			r.remove("x.go___jb_old___")
		},
		"GLib": func(r *rig) {
			r.write(".goutputstream-ABC123", "new")
			r.rename("x.go", "x.go~")
			r.rename(".goutputstream-ABC123", "x.go")
		},
		"gofmt with backup": func(r *rig) {
			r.write("x.go.123456789", "old")
			r.write("x.go", "new")
			r.remove("x.go.123456789")
		},
		"with its size and its time kept": func(r *rig) { // rsync --inplace --times, with bad luck
			is, err := os.Stat(r.path("x.go"))
			must(r, err)
			r.write("x.go", "new")
			must(r, os.Chtimes(r.path("x.go"), is.ModTime(), is.ModTime()))
		},
		"another one of its size and its time": func(r *rig) {
			is, err := os.Stat(r.path("x.go"))
			must(r, err)
			r.write("t", "new")
			must(r, os.Chtimes(r.path("t"), is.ModTime(), is.ModTime()))
			r.rename("t", "x.go")
		},
		"with another mode": func(r *rig) {
			must(r, os.Chmod(r.path("x.go"), 0o755))
			r.write("x.go", "new")
			must(r, os.Chmod(r.path("x.go"), 0o600))
		},
		"removed and written": func(r *rig) {
			r.remove("x.go")
			r.write("x.go", "new")
		},
		"sed -i": func(r *rig) {
			must(r, exec.CommandContext(r.Context(), "sed", "-i", "s/old/new/", r.path("x.go")).Run())
		},
	}
	for name, save := range saves {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				r := on.watch(t, files{"x.go": "old", "y.go": "old"})
				save(r)
				r.expect("write x.go")
			})
		})
	}
}

func TestSaveWithoutChangeIsNothing(t *testing.T) {
	same := map[string]func(r *rig){
		"in place":    func(r *rig) { r.write("x.go", "old") },
		"renamed":     func(r *rig) { r.write("t", "old"); r.rename("t", "x.go") },
		"recreated":   func(r *rig) { r.remove("x.go"); r.write("x.go", "old") },
		"away, back":  func(r *rig) { r.rename("x.go", "z.go"); r.rename("z.go", "x.go") },
		"came, went":  func(r *rig) { r.write("z.go", "new"); r.remove("z.go") },
		"mode":        func(r *rig) { must(r, os.Chmod(r.path("x.go"), 0o600)) },
		"folder":      func(r *rig) { r.mkdir("a/b"); r.remove("a") },
		"folder back": func(r *rig) { r.rename("sub", "s"); r.rename("s", "sub") },
	}
	for name, save := range same {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				r := on.watch(t, files{"x.go": "old", "sub/y.go": "old"})
				save(r)
				r.expectNothing()
				r.write("sub/y.go", "new") // still watched
				r.expect("write sub/y.go")
			})
		})
	}
}

func TestFileOperations(t *testing.T) {
	cases := map[string]struct {
		do   func(r *rig)
		want string
	}{
		"create":        {func(r *rig) { r.write("n.go", "") }, "create n.go"},
		"remove":        {func(r *rig) { r.remove("x.go") }, "remove x.go"},
		"rename":        {func(r *rig) { r.rename("x.go", "n.go") }, "create n.go, rename x.go"},
		"rename over":   {func(r *rig) { r.rename("x.go", "y.go") }, "rename x.go, write y.go"},
		"move out":      {func(r *rig) { must(r, os.Rename(r.path("x.go"), r.TempDir()+"/x")) }, "rename x.go"},
		"link":          {func(r *rig) { r.symlink("x.go", "l.go") }, "create l.go"},
		"link folder":   {func(r *rig) { r.symlink("/", "l") }, "create l"},
		"file to link":  {func(r *rig) { r.remove("x.go"); r.symlink("y.go", "x.go") }, "write x.go"},
		"same by name":  {func(r *rig) { r.rename("x.go", "t"); r.rename("y.go", "x.go"); r.rename("t", "y.go") }, "write x.go, write y.go"},
		"many and once": {func(r *rig) { r.write("x.go", "1"); r.write("y.go", "1"); r.write("x.go", "2") }, "write x.go, write y.go"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				r := on.watch(t, files{"x.go": "old x", "y.go": "old y"})
				c.do(r)
				r.expect(c.want)
			})
		})
	}
}

func TestLinkIsReadThrough(t *testing.T) { eachOrigin(t, linkIsReadThrough) }

func linkIsReadThrough(t *testing.T, on origin) {
	out := t.TempDir()
	files{"a": "same", "b": "same", "c": "other"}.write(t, out)
	dir := t.TempDir()
	must(t, os.Symlink(out+"/a", dir+"/l"))
	r := on.watchDir(t, dir)
	relink := func(target string) {
		must(t, os.Symlink(target, out+"/new"))
		must(t, os.Rename(out+"/new", r.path("l")))
	}
	relink(out + "/a")
	r.expectNothing()
	relink(out + "/b")
	r.expect("write l")
	files{"b": "changed behind the link"}.write(t, out)
	r.expectNothing()
	relink(out + "/b")
	r.expect("write l")
}

func TestLargeFileIsJudgedByItsTime(t *testing.T) { eachOrigin(t, largeFileIsJudgedByItsTime) }

func largeFileIsJudgedByItsTime(t *testing.T, on origin) {
	r := on.watch(t, nil)
	must(t, os.WriteFile(r.path("big"), nil, 0o644))
	must(t, os.Truncate(r.path("big"), hashLimit+1))
	r.expect("create big")
	f, err := os.OpenFile(r.path("big"), os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("x"), 100)
	must(t, err)
	must(t, f.Close())
	r.expect("write big")
}

func TestUnreachedBaselineCountsAsChanged(t *testing.T) {
	t.Parallel()
	r := newTable(0)
	path := t.TempDir() + "/x"
	must(t, os.WriteFile(path, []byte("same"), 0o644))
	r.known.set(path, fingerprint{state: unsure})
	watched := func(string) bool { return true }
	for _, want := range []int{1, 0} {
		r.mark(path, Write)
		if got, _ := r.settle(t.Context(), watched, true); len(got) != want {
			t.Fatalf("got %v, want %d changes", got, want)
		}
	}
}
