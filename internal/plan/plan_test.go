package plan

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ginreload/ginreload/watcher"
)

// byExt tells files apart by their extension; .css and .sql have rules.
type byExt struct{}

func (byExt) Relevant(path string) (bool, string) {
	switch filepath.Ext(path) {
	case ".go":
		return true, "a Go file"
	case ".toml":
		return true, Configuration
	case ".env":
		return true, Environment
	case ".html", ".png", ".mod":
		return true, "included"
	}
	return false, "not a source file"
}

// Use knows what is below apart and part.
func (byExt) Use(path string) (Use, string) {
	switch filepath.Base(filepath.Dir(path)) {
	case "part":
		return Part, "a part"
	case "apart":
		return Apart, "apart"
	}
	return Unknown, ""
}

func (byExt) RuleFor(path string) (int, bool) {
	switch {
	case filepath.Ext(path) == ".css":
		return 0, true
	case filepath.Ext(path) == ".sql", filepath.Base(path) == "models.go", filepath.Base(path) == "sql.toml":
		return 1, true
	}
	return 0, false
}

func (byExt) Tested(path string) bool {
	return filepath.Ext(path) == ".test" || filepath.Base(path) == "mock.go"
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
	lost := set("a.md", "a.css")
	lost.Overflow = true
	source := func(files ...string) Decision { return Decision{Action: Rebuild, Why: "a Go file", Files: files} }
	for _, c := range []struct {
		name string
		set  watcher.ChangeSet
		want Decision
	}{
		{"source", set("api/a.go", "b.go"), source("api/a.go", "b.go")},
		{"prose", set("a.md"), Decision{Action: Ignore, Why: "not a source file", Files: []string{"a.md"}}},
		{"only what matters is named", set("a.md", "b.go"), source("b.go")},
		{"configuration", set(".air.toml"), Decision{Action: Ignore, Reread: []string{".air.toml"}}},
		{"configuration and source", set(".air.toml", "b.go"),
			Decision{Action: Rebuild, Why: "a Go file", Files: []string{"b.go"}, Reread: []string{".air.toml"}}},
		{"no rule has the configuration", set("sql.toml"), Decision{Action: Ignore, Reread: []string{"sql.toml"}}},
		{"environment", set("dev.env"), Decision{Action: Restart, Why: Environment, Files: []string{"dev.env"}}},
		{"environment and source", set("b.go", "dev.env"), Decision{Action: Restart, Why: "a Go file", Files: []string{"b.go", "dev.env"}}},
		{"a rule takes the file away", set("models.go"), Decision{Action: Ignore, Rules: []Match{{1, []string{"models.go"}}}}},
		{"rules, in their order, and a build", set("a.sql", "b.css", "b.go", "c.sql"),
			Decision{Action: Rebuild, Why: "a Go file", Files: []string{"b.go"}, Rules: []Match{{0, []string{"b.css"}}, {1, []string{"a.sql", "c.sql"}}}}},
		{"what only tests import", set("apart/mock.go"), Decision{Action: Ignore, Tests: []string{"apart/mock.go"}}},
		{"a test", set("x.test"), Decision{Action: Ignore, Tests: []string{"x.test"}}},
		{"a test and a source", set("x.test", "b.go"), Decision{Action: Rebuild, Why: "a Go file", Files: []string{"b.go"}, Tests: []string{"x.test"}}},
		{"template of which nobody knows", set("a.html"), Decision{Action: Restart, Why: "included", Files: []string{"a.html"}}},
		{"image of which nobody knows", set("a.png"), Decision{Action: Restart, Why: "included", Files: []string{"a.png"}}},
		{"embedded", set("part/a.html"), Decision{Action: Rebuild, Why: "a part", Files: []string{"part/a.html"}}},
		{"of another program", set("apart/a.go", "apart/go.mod"),
			Decision{Action: Ignore, Why: "apart", Files: []string{"apart/a.go", "apart/go.mod"}}},
		{"read at the start", set("apart/a.html", "apart/a.png"), Decision{Action: Restart, Why: "apart", Files: []string{"apart/a.html"}, AsBuilt: true}},
		{"read at each request", set("apart/a.go", "apart/a.png"), Decision{Action: Refresh, Why: "apart", Files: []string{"apart/a.png"}}},
		{"a part, and read at the start", set("apart/a.html", "part/b.go"),
			Decision{Action: Restart, Why: "a part", Files: []string{"apart/a.html", "part/b.go"}}},
		{"environment, and read at the start", set("apart/a.html", "dev.env"),
			Decision{Action: Restart, Why: Environment, Files: []string{"apart/a.html", "dev.env"}}},
		{"lost events", lost, Decision{Action: Rebuild, Why: "file events were lost", Files: []string{"a.md"}, Rules: []Match{{0, []string{"a.css"}}}}},
		{"outside of the root", watcher.ChangeSet{Changes: []watcher.Change{{Path: filepath.FromSlash("/lib/x.go")}}}, source("../lib/x.go")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.set, root, byExt{}); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
