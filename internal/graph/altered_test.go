package graph

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAltered(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	g := load(t, query(t, filepath.Join(dir, "shop")))
	const importing = "package api\n\nimport (\n\t\"embed\"\n\t_ \"example.com/db\"\n\t_ \"example.com/db/sub\"\n)\n\n//go:embed static/*.css page.html all:deep shallow\nvar files embed.FS\n"
	for _, c := range []struct {
		name, file, text string // text "" removes the file
		want             bool
	}{
		{"a function", "shop/main.go", "package main\n\nimport (\n\t_ \"example.com/shop/api\"\n)\n\nfunc main() { println() }\n", false},
		{"an import", "shop/api/api.go", importing, true},
		{"an import that goes", "shop/main.go", "package main\n\nfunc main() {}\n", true},
		{"an embed pattern", "shop/api/api.go", "package api\n\nimport (\n\t\"embed\"\n\t_ \"example.com/db\"\n)\n\n//go:embed static/*.js page.html all:deep shallow\nvar files embed.FS\n", true},
		{"a constraint", "shop/main.go", "//go:build dev\n\npackage main\n\nimport _ \"example.com/shop/api\"\n\nfunc main() {}\n", true},
		{"no Go", "shop/main.go", "packag", true},
		{"a file that comes", "shop/new.go", "package main\n", true},
		{"a file that comes and does not count", "shop/new_windows.go", "package main\n", false},
		{"a test that comes", "shop/new_test.go", "package main\n", false},
		{"a file that goes", "shop/main.go", "", true},
		{"a file that is let in", "shop/dev.go", "package main\n", true},
		{"a file of assembly", "shop/api/new_amd64.s", "// nothing\n", true},
		{"an embedded file", "shop/api/static/new.css", "b {}\n", false},
		{"a package apart", "shop/tools/gen.go", "package main\n\nimport _ \"example.com/shop/api\"\n", false},
		{"a package that comes", "shop/late/late.go", "package late\n", false},
		{"a module", "shop/go.mod", "module example.com/shop\n", true},
		{"a module apart", "other/go.mod", "module example.com/others\n", false},
		{"sums", "shop/go.sum", "x\n", true},
	} {
		file := filepath.Join(dir, filepath.FromSlash(c.file))
		before, err := os.ReadFile(file)
		if c.text != "" {
			write(t, file, c.text)
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if got := g.Altered([]string{file}); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if err == nil {
			write(t, file, string(before))
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err == nil && c.want && filepath.Ext(file) == ".go" && g.Altered([]string{file}) {
			t.Errorf("%s: altered still, when all is as before", c.name)
		}
	}
}

func TestAlteredOfManyPackages(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	q := query(t, filepath.Join(dir, "shop"))
	q.Packages = []string{"./..."}
	q.Tests = true
	g := load(t, q)
	if g.Altered([]string{filepath.Join(dir, "shop", "README.md")}) {
		t.Error("a text alters it")
	}
	for _, file := range []string{"shop/late/late.go", "shop/main_test.go"} {
		file = filepath.Join(dir, filepath.FromSlash(file))
		write(t, file, "package main\n\nimport _ \"example.com/db/sub\"\n")
		if !g.Altered([]string{file}) {
			t.Errorf("%s alters nothing", file)
		}
	}
}
