package plan

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ginreload/ginreload/watcher"
)

type byExt struct{}

func (byExt) Relevant(path string) (bool, string) {
	switch filepath.Ext(path) {
	case ".go":
		return true, "a Go file"
	case ".toml":
		return true, Configuration
	}
	return false, "not a source file"
}

func TestDecide(t *testing.T) {
	root := filepath.FromSlash("/w")
	set := func(names ...string) watcher.ChangeSet {
		var s watcher.ChangeSet
		for _, name := range names {
			s.Changes = append(s.Changes, watcher.Change{Path: filepath.Join(root, name), Op: watcher.Write})
		}
		return s
	}
	lost := set("a.md")
	lost.Overflow = true
	for _, c := range []struct {
		name string
		set  watcher.ChangeSet
		want Decision
	}{
		{"source", set("api/a.go", "b.go"), Decision{Rebuild, "a Go file", []string{"api/a.go", "b.go"}}},
		{"prose", set("a.md"), Decision{Ignore, "not a source file", []string{"a.md"}}},
		{"only what matters is named", set("a.md", "b.go"), Decision{Rebuild, "a Go file", []string{"b.go"}}},
		{"configuration", set(".air.toml", "a.md"), Decision{Reread, Configuration, []string{".air.toml"}}},
		{"a build reads the source, not the configuration", set(".air.toml", "b.go"), Decision{Rebuild, "a Go file", []string{"b.go"}}},
		{"lost events", lost, Decision{Rebuild, "file events were lost", []string{"a.md"}}},
		{"outside of the root", watcher.ChangeSet{Changes: []watcher.Change{{Path: filepath.FromSlash("/lib/x.go")}}},
			Decision{Rebuild, "a Go file", []string{"../lib/x.go"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.set, root, byExt{}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
