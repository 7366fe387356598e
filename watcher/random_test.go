package watcher

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRandomOperations is the contract: whatever is done to a tree, all sets
// applied in order to the tree as it was give the tree as it is, and no set says
// something impossible. At the end, what the watcher believes of each file is
// what is there: a change that was not seen would make the two differ.
//
// What a reader reads on being told is no measure of that: it may be something
// that goes before the next set is complete (see doc.go).
func TestRandomOperations(t *testing.T) {
	for seed := range uint64(160) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			eachOrigin(t, func(t *testing.T, on origin) {
				g := newGame(t, on, seed)
				for range 1 + seed%3 {
					for range 50 {
						g.play()
						g.read()
					}
					g.sync()
				}
				g.stop()
				g.compareTable()
			})
		})
	}
}

// game plays random operations on a watched tree and on a folder beside it.
type game struct {
	*rig
	follows bool // links are followed
	random  *rand.Rand
	out     string
	version int
	model   map[string]bool   // paths that exist, as the reader was told
	disk    map[string]string // what was there at the last sync: path → content
	told    map[string]bool   // paths that were in a set since then
	log     []string
}

func newGame(t *testing.T, on origin, seed uint64) *game {
	g := &game{follows: seed >= 100, random: rand.New(rand.NewPCG(seed, 1)), out: t.TempDir()}
	dir := t.TempDir()
	for range 30 {
		files{g.name(): g.content()}.tryWrite(dir)
	}
	g.disk, g.model, g.told = g.snapshot(t, dir), make(map[string]bool), make(map[string]bool)
	for path := range g.disk {
		g.model[path] = true
	}
	g.rig = on.watchDir(t, dir, func(o *Options) {
		o.Warn = func(err error) { t.Errorf("warned: %v", err) }
		// Tiny windows cut through the operations at every place.
		o.FollowSymlinks = g.follows
		o.Quiet, o.Ceiling = time.Millisecond, 5*time.Millisecond
		o.Ignore = func(path string, dir bool) bool { return dir && filepath.Base(path) == "ignored" }
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(strings.Join(g.log, "\n"))
		}
	})
	return g
}

// tryWrite is write for paths that may be in the way of each other.
func (f files) tryWrite(dir string) {
	for name, content := range f {
		path := filepath.Join(dir, name)
		_ = os.MkdirAll(filepath.Dir(path), 0o755)
		_ = os.WriteFile(path, []byte(content), 0o644)
	}
}

func (g *game) content() string {
	g.version++
	return fmt.Sprint("version ", g.version)
}

// name draws from few names, so that files and folders collide.
func (g *game) name() string {
	parts := []string{"a", "b", "c", "d.go", "e.go", "f.go~", "ignored"}
	var path []string
	for range 1 + g.random.IntN(4) {
		path = append(path, parts[g.random.IntN(len(parts))])
	}
	return filepath.Join(path...)
}

// play does one operation; many fail, and that is one more case.
func (g *game) play() {
	name, other := g.name(), g.name()
	path, to, out := g.path(name), g.path(other), filepath.Join(g.out, "o"+fmt.Sprint(g.random.IntN(3)))
	ops := []struct {
		name string
		do   func() error
	}{
		{"write", func() error { return os.WriteFile(path, []byte(g.content()), 0o644) }},
		{"deep write", func() error { files{name: g.content()}.tryWrite(g.dir); return nil }},
		{"same", func() error { b, err := os.ReadFile(path); _ = os.WriteFile(path, b, 0o644); return err }},
		{"truncate", func() error { return os.Truncate(path, 0) }},
		{"atomic", func() error {
			temp := filepath.Join(filepath.Dir(path), "temp")
			if err := os.WriteFile(temp, []byte(g.content()), 0o644); err != nil {
				return err
			}
			if err := os.Rename(temp, path); err != nil {
				return os.Remove(temp)
			}
			return nil
		}},
		{"remove", func() error { return os.Remove(path) }},
		{"remove all", func() error { return os.RemoveAll(path) }},
		{"mkdir", func() error { return os.MkdirAll(path, 0o755) }},
		{"rename", func() error { return os.Rename(path, to) }},
		{"rename folder", func() error { return os.Rename(filepath.Dir(path), filepath.Dir(to)) }},
		{"move out", func() error { _ = os.RemoveAll(out); return os.Rename(path, out) }},
		{"move folder out", func() error {
			if filepath.Dir(path) == g.dir {
				return nil
			}
			_ = os.RemoveAll(out)
			return os.Rename(filepath.Dir(path), out)
		}},
		{"move in", func() error { return os.Rename(out, path) }},
		{"write outside", func() error { files{g.name(): g.content()}.tryWrite(out); return nil }},
		{"link", func() error { return os.Symlink(filepath.Base(to), path) }},
		{"replace", func() error {
			_ = os.RemoveAll(filepath.Dir(path))
			_ = os.Mkdir(g.dir, 0o755)
			return os.WriteFile(filepath.Dir(path), []byte(g.content()), 0o644)
		}},
		{"chmod", func() error { return os.Chmod(path, 0o600) }},
	}
	op := ops[g.random.IntN(len(ops))]
	if op.name == "replace" && filepath.Dir(path) == g.dir {
		return // that is the root
	}
	err := op.do()
	g.log = append(g.log, fmt.Sprintf("%s %s %s %s: %v", op.name, name, other, filepath.Base(out), err))
}

// read takes a set if one is there, some of the time.
func (g *game) read() {
	if g.random.IntN(3) == 0 {
		return
	}
	select {
	case set := <-g.w.Changes():
		g.apply(set)
	default:
	}
}

func (g *game) apply(set ChangeSet) {
	g.Helper()
	g.log = append(g.log, "  set: "+g.show(set))
	if !slices.IsSortedFunc(set.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) }) {
		g.Errorf("not sorted: %v", set.Changes)
	}
	if set.Overflow {
		g.Error("events were lost")
	}
	for _, c := range set.Changes {
		if g.model[c.Path] == (c.Op == Create) {
			g.Errorf("impossible: %v %s", c.Op, c.Path)
		}
		if isDropping(filepath.Base(c.Path)) || strings.Contains(c.Path, "ignored/") {
			g.Errorf("unwanted: %s", c.Path)
		}
		g.told[c.Path] = true
		g.model[c.Path] = true
		if c.Op == Remove || c.Op == Rename {
			delete(g.model, c.Path)
		}
	}
}

// sync reads until all that was done so far has been told, and compares.
func (g *game) sync() {
	g.Helper()
	g.sets++
	sentinel := g.path(fmt.Sprint("sentinel", g.sets))
	must(g, os.WriteFile(sentinel, nil, 0o644))
	for !g.model[sentinel] {
		g.apply(g.next())
	}
	disk := g.snapshot(g, g.dir)
	for path, content := range disk {
		if !g.model[path] {
			g.Errorf("missed: %s is there", path)
		}
		if before, ok := g.disk[path]; (!ok || before != content) && !g.told[path] {
			g.Errorf("missed: %s was %q, is %q", path, before, content)
		}
	}
	for path := range g.model {
		if _, ok := disk[path]; !ok {
			g.Errorf("missed: %s is gone", path)
		}
	}
	g.disk = disk
	clear(g.told)
}

// compareTable compares the watcher's table with the disk, once Run has ended.
func (g *game) compareTable() {
	g.Helper()
	known := maps.Collect(g.w.table.known.all())
	if len(known) != len(g.disk) {
		g.Errorf("%d files are known, %d exist", len(known), len(g.disk))
	}
	paths := slices.Sorted(maps.Keys(g.disk))
	for i, now := range fingerprints(context.Background(), g.w.table.seed, paths) {
		// The file behind a link may change without an event at the link.
		if isLink := strings.HasPrefix(g.disk[paths[i]], "-> "); known[paths[i]] != now && !isLink {
			g.Errorf("missed: %s is %v, known as %v", paths[i], now, known[paths[i]])
		}
	}
}

// snapshot reads what a watcher of dir is to know.
func (g *game) snapshot(t testing.TB, dir string, above ...fs.FileInfo) map[string]string {
	t.Helper()
	tree := make(map[string]string)
	is, err := os.Stat(dir)
	must(t, err)
	above = append(above, is)
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		entered := e.IsDir()
		if is, err := os.Stat(path); err == nil && is.IsDir() && (e.IsDir() || g.follows) {
			if e.Name() == "ignored" {
				continue
			}
			entered = !slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, is) })
		}
		switch {
		case entered:
			maps.Copy(tree, g.snapshot(t, path, above...))
		case !entered && !e.IsDir() && !isDropping(e.Name()):
			tree[path] = g.contentOf(path, e.Type())
		}
	}
	return tree
}

func (g *game) contentOf(path string, kind fs.FileMode) string {
	content := ""
	if kind&fs.ModeSymlink != 0 {
		target, _ := os.Readlink(path)
		if content = "-> " + target; !g.follows {
			return content
		}
	}
	read, _ := os.ReadFile(path)
	return content + " content " + string(read)
}
