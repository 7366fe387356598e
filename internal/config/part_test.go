package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// What the program is made of counts unless something that was said keeps it out.
func TestRelevantPart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, counts, not string }{
		{"nothing is said", "", "main.go a.css vendor/x/x.go assets/a.css ../db/db.go ../db/.x/a.go testdata/a.txt .well-known/a", "tmp/a.go main_test.go"},
		{"extensions", "[build]\ninclude_ext = [\"go\", \"css\"]", "main.go a.css assets/a.css ../db/db.go go.mod ../db/go.mod", "a.txt"},
		{"folders", "[build]\nexclude_dir = [\"web\", \"../db\"]", "vendor/x.go a.css ../other/a.go", "web/a.css ../db/db.go ../db/sub/a.go"},
		{"files", "[build]\nexclude_file = [\"a.css\"]\nexclude_regex = [\"_gen.go\"]", "b.css", "a.css x_gen.go ../db/x_gen.go"},
		{"included folders", "[build]\ninclude_dir = [\"cmd\"]", "cmd/a.go ../db/db.go go.mod", "web/a.go"},
		{"tmp_dir and testdata_dir", "tmp_dir = \"out\"\ntestdata_dir = \"data\"", "tmp/a.go testdata/a.go", "out/a.go data/a.go"},
	} {
		cfg := loadText(t, c.text)
		for _, name := range strings.Fields(c.counts) {
			if ok, why := cfg.RelevantPart(filepath.Join(cfg.Root, filepath.FromSlash(name))); !ok {
				t.Errorf("%s: %s does not count: %s", c.name, name, why)
			}
			if dir := filepath.Dir(name); strings.Contains(name, "/") && cfg.KeepsOut(filepath.FromSlash(dir)) {
				t.Errorf("%s: the folder %s is kept out", c.name, dir)
			}
		}
		for _, name := range strings.Fields(c.not) {
			if ok, _ := cfg.RelevantPart(filepath.FromSlash(name)); ok {
				t.Errorf("%s: %s counts", c.name, name)
			}
		}
	}
}

func TestExplainTakesFiles(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"cmd/api/main.go": "package main"})
	c, command, err := Load([]string{"explain", "a.go", "--json", "../b.css", "--build.include_ext=go", "--package", "./cmd/api"}, environment(), dir)
	if err != nil || command != Explain {
		t.Fatal(command, err)
	}
	want := []string{filepath.Join(dir, "a.go"), filepath.Join(filepath.Dir(dir), "b.css")}
	if len(c.Explained) != 2 || c.Explained[0] != want[0] || c.Explained[1] != want[1] || c.Package != "./cmd/api" || !c.JSON {
		t.Errorf("%q, package %q, JSON %v", c.Explained, c.Package, c.JSON)
	}
	if len(c.Args) != 0 {
		t.Errorf("arguments %q", c.Args)
	}
	if _, _, err := Load([]string{"explain"}, environment(), dir); err == nil {
		t.Error("no file is no mistake")
	}
}
