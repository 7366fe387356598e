package watcher

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// linkCase is a tree with links, and what is done to it. Each step is operations,
// an arrow, and what the set says; nothing behind the arrow is no set.
type linkCase struct {
	before string
	steps  []string
}

var linkCases = map[string]linkCase{
	"a file is written": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"write out/t/x.go => write l/x.go", "write out/t/x.go => write l/x.go"}},
	"a file is saved by a rename": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"write out/t/t; move out/t/t out/t/x.go => write l/x.go"}},
	"a file comes and goes": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"write out/t/n.go => create l/n.go", "remove out/t/n.go => remove l/n.go"}},
	"a file is renamed": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"move out/t/x.go out/t/y.go => rename l/x.go, create l/y.go"}},
	"a folder comes": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"write out/t/a/b/n.go => create l/a/b/n.go", "write out/t/a/b/n.go => write l/a/b/n.go"}},
	"a folder is renamed": {
		"write out/t/a/x.go; link root/l ../out/t",
		[]string{"move out/t/a out/t/b => rename l/a/x.go, create l/b/x.go", "write out/t/b/x.go => write l/b/x.go"}},
	"a link comes": {
		"write out/t/x.go",
		[]string{"link root/l ../out/t => create l/x.go", "write out/t/x.go => write l/x.go"}},
	"a link in a new folder": {
		"write out/t/x.go",
		[]string{"link root/a/b/l ../../../out/t => create a/b/l/x.go", "write out/t/x.go => write a/b/l/x.go"}},
	"an absolute link": {
		"write out/t/x.go; link root/l TOP/out/t",
		[]string{"write out/t/x.go => write l/x.go"}},
	"a link goes": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"remove root/l => remove l/x.go", "write out/t/x.go =>"}},
	"a link is renamed": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"move root/l root/k => create k/x.go, rename l/x.go", "write out/t/x.go => write k/x.go"}},
	"a link leads elsewhere": {
		"write out/t/x.go; write out/t/gone.go; write out/u/x.go; write out/u/n.go; link root/l ../out/t",
		[]string{"relink root/l ../out/u => remove l/gone.go, create l/n.go, write l/x.go",
			"write out/t/x.go =>", "write out/u/x.go => write l/x.go"}},
	"a link leads elsewhere, to the same": {
		"write out/t/x.go same; write out/u/x.go same; link root/l ../out/t",
		[]string{"relink root/l ../out/u =>", "write out/t/x.go =>", "write out/u/x.go => write l/x.go"}},
	"a link leads there and back": {
		"write out/t/x.go; write out/u/x.go; link root/l ../out/t",
		[]string{"relink root/l ../out/u; relink root/l ../out/t =>", "write out/t/x.go => write l/x.go"}},
	"two links to one folder": {
		"write out/t/x.go; link root/l ../out/t; link root/k ../out/t",
		[]string{"write out/t/x.go => write k/x.go, write l/x.go", "write out/t/a/n.go => create k/a/n.go, create l/a/n.go",
			"remove root/k => remove k/a/n.go, remove k/x.go", "write out/t/x.go; write out/t/a/n.go => write l/a/n.go, write l/x.go",
			"link root/k ../out/t => create k/a/n.go, create k/x.go", "remove root/l => remove l/a/n.go, remove l/x.go",
			"write out/t/x.go; write out/t/a/n.go => write k/a/n.go, write k/x.go"}},
	"two links, one leads elsewhere": {
		"write out/t/x.go; write out/u/x.go; link root/l ../out/t; link root/k ../out/t",
		[]string{"relink root/k ../out/u => write k/x.go", "write out/t/x.go => write l/x.go", "write out/u/x.go => write k/x.go",
			"relink root/l ../out/u => write l/x.go", "write out/u/x.go => write k/x.go, write l/x.go"}},
	"a link into the root": {
		"write root/sub/x.go; link root/l sub",
		[]string{"write root/sub/x.go => write l/x.go, write sub/x.go", "write root/l/n.go => create l/n.go, create sub/n.go",
			"remove root/l => remove l/n.go, remove l/x.go", "write root/sub/x.go => write sub/x.go"}},
	"a link into the root, that comes first": {
		"write root/sub/x.go; link root/a sub",
		[]string{"write root/sub/x.go => write a/x.go, write sub/x.go", "remove root/a => remove a/x.go",
			"write root/sub/x.go => write sub/x.go"}},
	"the target is moved in the root": {
		"write root/sub/x.go; link root/l sub",
		[]string{"move root/sub root/new => create l, rename l/x.go, create new/x.go, rename sub/x.go",
			"write root/new/x.go => write new/x.go",
			"move root/new root/sub => remove l, create l/x.go, rename new/x.go, create sub/x.go",
			"write root/sub/x.go => write l/x.go, write sub/x.go"}},
	"a folder above the target is moved in the root": {
		"write root/p/sub/x.go; link root/l p/sub",
		[]string{"move root/p root/q => create l, rename l/x.go, rename p/sub/x.go, create q/sub/x.go",
			"write root/p/sub/y.go => remove l, create l/y.go, create p/sub/y.go",
			"write root/p/sub/y.go => write l/y.go, write p/sub/y.go"}},
	"the target goes and comes": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"remove out/t => create l, remove l/x.go", "write out/t/x.go => remove l, create l/x.go",
			"write out/t/x.go => write l/x.go"}},
	"the target is replaced": {
		"write out/t/x.go; write out/u/x.go; link root/l ../out/t",
		[]string{"move out/t out/v; move out/u out/t => write l/x.go", "write out/v/x.go =>", "write out/t/x.go => write l/x.go"}},
	"the target comes late": {
		"link root/l ../out/a/t; write out/x",
		[]string{"write out/a/n.go =>", "write out/a/t/x.go => remove l, create l/x.go", "write out/a/t/x.go => write l/x.go"}},
	"the target becomes a file": {
		"write out/t/x.go; link root/l ../out/t",
		[]string{"remove out/t; write out/t => create l, remove l/x.go", "write out/t => write l"}},
	"the link in the middle leads elsewhere": {
		"write out/t/x.go; write out/u/x.go; link out/current t; link root/l ../out/current",
		[]string{"relink out/current u => write l/x.go", "write out/t/x.go =>", "write out/u/x.go => write l/x.go",
			"remove out/current => create l, remove l/x.go", "link out/current t => remove l, create l/x.go"}},
	"a link behind a link": {
		"write out/t/x.go; write out/u/y.go; write out/v/y.go; link out/t/m ../u; link root/l ../out/t",
		[]string{"write out/u/y.go => write l/m/y.go", "relink out/t/m ../v => write l/m/y.go",
			"write out/u/y.go =>", "write out/v/y.go => write l/m/y.go", "remove out/t/m => remove l/m/y.go"}},
	"a folder with a link is moved": {
		"write out/t/x.go; link root/d/l ../../out/t",
		[]string{"move root/d root/e => rename d/l/x.go, create e/l/x.go", "write out/t/x.go => write e/l/x.go"}},
	"a folder is replaced by a link to it": {
		"write root/sub/x.go; write out/y",
		[]string{"move root/sub out/sub; link root/sub ../out/sub =>", "write out/sub/x.go => write sub/x.go"}},
	"a link is replaced by a folder": {
		"write out/t/x.go same; link root/l ../out/t",
		[]string{"remove root/l; write root/l/x.go same =>", "write out/t/x.go =>", "write root/l/x.go => write l/x.go"}},
	"a file is replaced by a link to a folder": {
		"write out/t/y.go; write root/x.go",
		[]string{"remove root/x.go; link root/x.go ../out/t => remove x.go, create x.go/y.go"}},
	"a circle": {
		"write root/a/x.go; link root/a/l ..",
		[]string{"write root/a/x.go => write a/x.go", "link root/a/k . => create a/k", "write root/a/x.go => write a/x.go",
			"relink root/a/l ../../out; write out/y.go => remove a/l, create a/l/y.go"}},
	"a circle of two": {
		"write root/a/x.go; write root/b/y.go; link root/a/l ../b; link root/b/m ../a",
		[]string{"write root/a/x.go => write a/x.go, write b/m/x.go", "write root/b/y.go => write a/l/y.go, write b/y.go"}},
	"a circle through what is above the root": {
		"write root/x.go; write out/t/x.go; link root/l ..",
		[]string{"write out/t/x.go => write l/out/t/x.go", "write root/x.go => write x.go"}},
	"a link to itself": {
		"write root/x.go",
		[]string{"link root/l l => create l", "remove root/l => remove l"}},
	"a link to a file": {
		"write out/f; link root/f ../out/f",
		[]string{"write out/f => write f", "write out/t; move out/t out/f => write f", "remove out/f; write out/f => write f",
			"write out/g =>", "remove root/f => remove f", "write out/f =>"}},
	"a link to a file leads elsewhere": {
		"write out/f; write out/g; link root/f ../out/f",
		[]string{"relink root/f ../out/g => write f", "write out/f =>", "write out/g => write f"}},
	"a link to a file in the root": {
		"write root/x.go; link root/f x.go",
		[]string{"write root/x.go => write f, write x.go"}},
	"two links to one file": {
		"write out/f; link root/f ../out/f; link root/a/g ../../out/f",
		[]string{"write out/f => write a/g, write f", "remove root/f => remove f", "write out/f => write a/g"}},
	"a link to a file that comes late": {
		"write out/x; link root/f ../out/a/b/f",
		[]string{"write out/a/b/f => write f", "write out/a/b/f => write f"}},
	"a link to a file through a link that leads elsewhere": { // as Kubernetes mounts a ConfigMap
		"write root/..1/f; write root/..2/f; link root/..data ..1; link root/f ..data/f",
		[]string{"relink root/..data ..2 => write ..data/f, write f",
			"write root/..2/f => write ..2/f, write ..data/f, write f", "write root/..1/f => write ..1/f"}},
	"an ignored folder": {
		"write out/t/x.go; write out/t/ignored/y.go; link root/l ../out/t; link root/ignored ../out/t",
		[]string{"write out/t/x.go; write out/t/ignored/y.go => write l/x.go", "link root/k ../out/t/ignored => create k/y.go"}},
}

func TestLinksAreFollowed(t *testing.T) {
	for name, c := range linkCases {
		t.Run(name, func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				s := script{top: t.TempDir()}
				must(t, os.Mkdir(s.top+"/root", 0o755))
				s.run(t, c.before)
				r := on.watchDir(t, s.top+"/root", func(o *Options) {
					o.FollowSymlinks = true
					o.Ignore = func(path string, dir bool) bool { return dir && filepath.Base(path) == "ignored" }
					o.Warn = func(err error) { t.Errorf("warned: %v", err) }
				})
				s.steps(r, c.steps)
			})
		})
	}
}

// script does what is written.
type script struct {
	top     string
	version int
}

func (s *script) steps(r *rig, steps []string) {
	r.Helper()
	for _, step := range steps {
		ops, want, _ := strings.Cut(step, " =>")
		s.run(r, ops)
		r.Logf("%s", step)
		if want = strings.TrimSpace(want); want == "" {
			r.expectNothing()
		} else {
			r.expect(want)
		}
	}
}

func (s *script) run(t testing.TB, ops string) {
	t.Helper()
	for op := range strings.SplitSeq(ops, "; ") {
		words := append(strings.Fields(op), "", "")
		path, second := s.top+"/"+words[1], words[2]
		switch words[0] {
		case "write":
			if s.version++; second == "" {
				second = fmt.Sprint("version ", s.version)
			}
			files{words[1]: second}.write(t, s.top)
		case "remove":
			must(t, os.RemoveAll(path))
		case "move":
			must(t, os.Rename(path, s.top+"/"+second))
		case "link":
			s.link(t, second, path)
		case "relink":
			s.link(t, second, path+".tmp")
			must(t, os.Rename(path+".tmp", path))
		default:
			t.Fatalf("no such operation: %s", op)
		}
	}
}

func (s *script) link(t testing.TB, target, path string) {
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.Symlink(filepath.FromSlash(strings.Replace(target, "TOP", s.top, 1)), path))
}

func TestLinksAreFilesByDefault(t *testing.T) {
	eachOrigin(t, func(t *testing.T, on origin) {
		s := script{top: t.TempDir()}
		s.run(t, "write out/t/x.go; write root/y.go; link root/l ../out/t")
		s.steps(on.watchDir(t, s.top+"/root"), []string{
			"write out/t/x.go =>", "relink root/l ../out => write l", "remove root/l => remove l", "link root/k . => create k"})
	})
}

func TestRootBehindALinkLeadsElsewhere(t *testing.T) {
	eachOrigin(t, func(t *testing.T, on origin) {
		s := script{top: t.TempDir()}
		s.run(t, "write v1/x.go; write v2/x.go; write v2/n.go; link current v1; link root current")
		r := on.watchDir(t, s.top+"/root", func(o *Options) { o.FollowSymlinks = true })
		s.steps(r, []string{"write v1/x.go => write x.go", "relink current v2 => create n.go, remove sentinell, write x.go",
			"write v1/x.go =>", "write v2/x.go => write x.go"})
	})
}

func TestSingleFileBehindALink(t *testing.T) {
	eachOrigin(t, func(t *testing.T, on origin) {
		s := script{top: t.TempDir()}
		s.run(t, "write root/x.go; write out/env; write out/env2; link conf/env ../out/env")
		r := on.watchDir(t, s.top+"/root", func(o *Options) {
			o.FollowSymlinks, o.Files = true, []string{s.top + "/conf/env"}
		})
		s.steps(r, []string{"write out/env => write ../conf/env", "write out/env2 =>",
			"relink conf/env ../out/env2 => write ../conf/env", "write out/env2 => write ../conf/env", "write out/env =>"})
	})
}

func TestCrossingLinksEnd(t *testing.T) {
	eachOrigin(t, func(t *testing.T, on origin) {
		const n = 8 // of which each leads to all others, by more than 100 000 paths
		s := script{top: t.TempDir()}
		for i := range n {
			for j := range n {
				if i != j {
					s.run(t, fmt.Sprintf("link root/%d/to%d ../%d", i, j, j))
				}
			}
		}
		var warned complaints
		r := on.watchDir(t, s.top+"/root", func(o *Options) { o.FollowSymlinks, o.Warn = true, warned.add })
		if got := r.w.Watched(); got > 1+n*mostCopies {
			t.Errorf("%d folders are watched", got)
		}
		if !strings.Contains(warned.text(), "more than 16 paths") {
			t.Errorf("warned %s", warned.text())
		}
		s.run(t, "write root/0/x.go")
		if set := r.next(); len(set.Changes) != mostCopies {
			t.Errorf("a file in one of them comes by %d paths, want %d", len(set.Changes), mostCopies)
		}
		r.expectNothing()
	})
}
