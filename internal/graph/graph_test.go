package graph

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// unpack writes the files of an archive and returns their folder.
func unpack(t testing.TB, archive string) string {
	t.Helper()
	dir := resolve(t.TempDir())
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
	}
	return dir
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// query asks about the program in dir as nothing of the machine's has a say in.
func query(t testing.TB, dir string) Query {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1", "GOWORK=")
	return Query{Tool: tool, Dir: dir, Env: env}
}

func load(t testing.TB, q Query) *Graph {
	t.Helper()
	g, err := Load(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const shop = `
-- shop/go.mod --
module example.com/shop
go 1.25
require example.com/db v0.0.0
replace example.com/db => ../db
replace example.com/unused => ../unused
-- shop/main.go --
package main

import (
	_ "example.com/shop/api"
)

func main() {}
-- shop/main_test.go --
package main
-- shop/tools/gen.go --
package main

func main() {}
-- shop/main_windows.go --
package main
-- shop/_skipped.go --
package main
-- shop/dev.go --
//go:build dev

package main

import _ "example.com/shop/tools/dev"
-- shop/tools/dev/dev.go --
package dev
-- shop/api/api.go --
package api

import (
	"embed"
	_ "example.com/db"
)

//go:embed static/*.css page.html all:deep shallow
var files embed.FS
-- shop/api/api.s --
-- shop/api/asm.h --
-- shop/api/static/a.css --
-- shop/api/static/a.js --
-- shop/api/page.html --
-- shop/api/other.html --
-- shop/api/deep/x/_y/.z --
-- shop/api/shallow/x/y --
-- shop/api/testdata/x.go --
package x
-- db/go.mod --
module example.com/db
go 1.25
-- db/db.go --
package db
-- db/sub/sub.go --
package sub
-- unused/go.mod --
module example.com/unused
go 1.25
-- other/go.mod --
module example.com/other
`

func TestInput(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	q := query(t, filepath.Join(dir, "shop"))
	plain := load(t, q)
	q.Flags, q.Tests = []string{"-tags", "dev", "-ldflags=-X main.v=1 -s"}, true
	dev := load(t, q)
	for _, c := range []struct {
		file    string
		want    Kind   // "" for none
		chain   string // of it, without example.com/
		wantDev Kind
	}{
		{"shop/main.go", GoFile, "shop", GoFile},
		{"shop/new.go", GoFile, "shop", GoFile},
		{"shop/new_windows.go", "", "", ""},
		{"shop/new_linux.go", GoFile, "shop", GoFile},
		{"shop/main_windows.go", "", "", ""},
		{"shop/main_test.go", "", "", Test},
		{"shop/new_test.go", "", "", Test},
		{"shop/_skipped.go", "", "", ""},
		{"shop/.#main.go", "", "", ""},
		{"shop/dev.go", "", "", GoFile},
		{"shop/tools/dev/dev.go", "", "", GoFile},
		{"shop/tools/gen.go", "", "", ""},
		{"shop/api/api.go", GoFile, "shop shop/api", GoFile},
		{"shop/api/api.s", Assembly, "shop shop/api", Assembly},
		{"shop/api/new.c", Source, "shop shop/api", Source},
		{"shop/api/asm.h", Header, "shop shop/api", Header},
		{"shop/api/x.syso", Object, "shop shop/api", Object},
		{"shop/api/x_windows.syso", "", "", ""},
		{"shop/api/README.md", "", "", ""},
		{"shop/api/static/a.css", Embedded, "shop shop/api", Embedded},
		{"shop/api/static/new.css", Embedded, "shop shop/api", Embedded},
		{"shop/api/static/sub/new.css", "", "", ""},
		{"shop/api/static/a.js", "", "", ""},
		{"shop/api/page.html", Embedded, "shop shop/api", Embedded},
		{"shop/api/other.html", "", "", ""},
		{"shop/api/deep/x/_y/.z", Embedded, "shop shop/api", Embedded},
		{"shop/api/shallow/new/file", Embedded, "shop shop/api", Embedded},
		{"shop/api/shallow/.new/file", "", "", ""},
		{"shop/api/testdata/x.go", "", "", ""},
		{"db/db.go", GoFile, "shop shop/api db", GoFile},
		{"db/sub/sub.go", "", "", ""},
		{"shop/go.mod", Module, "", Module},
		{"shop/go.sum", Module, "", Module},
		{"shop/go.work", Module, "", Module},
		{"go.work", Module, "", Module},
		{"db/go.work", "", "", ""},
		{"db/go.mod", Module, "", Module},
		{"unused/go.mod", Module, "", Module},
		{"other/go.mod", "", "", ""},
		{"shop/api/go.mod", Module, "", Module},
		{"shop/nowhere/go.mod", "", "", ""},
		{"shop/vendor/modules.txt", Module, "", Module},
		{"shop/default.pgo", Profile, "shop", Profile},
		{"shop/api/default.pgo", "", "", ""},
	} {
		file := filepath.Join(dir, filepath.FromSlash(c.file))
		in, ok := plain.Input(file)
		if in.Kind != c.want || ok != (c.want != "") {
			t.Errorf("%s: %v, want %q", c.file, in, c.want)
		}
		if got := strings.ReplaceAll(strings.Join(in.Chain, " "), "example.com/", ""); got != c.chain {
			t.Errorf("%s: chain %q, want %q", c.file, got, c.chain)
		}
		if in, _ := dev.Input(file); in.Kind != c.wantDev {
			t.Errorf("%s: with tests, and -tags dev, %v, want %q", c.file, in, c.wantDev)
		}
	}
}

func TestConstraintsAreReadAsTheyAreNow(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	g := load(t, query(t, filepath.Join(dir, "shop")))
	file := filepath.Join(dir, "shop", "dev.go")
	write(t, file, "package main\n")
	if _, ok := g.Input(file); !ok {
		t.Error("a file that is let in now does not count")
	}
	if !g.Altered([]string{file}) {
		t.Error("and alters nothing")
	}
	write(t, filepath.Join(dir, "shop", "main.go"), "//go:build dev\n\npackage main\n")
	if _, ok := g.Input(filepath.Join(dir, "shop", "main.go")); !ok {
		t.Error("a file that was let in does not count any more")
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	g := load(t, query(t, filepath.Join(dir, "shop")))
	var want []string
	for _, name := range []string{"", "db", "shop", "shop/api", "shop/api/deep/x/_y", "shop/api/shallow/x", "shop/api/static", "unused"} {
		want = append(want, filepath.Join(dir, filepath.FromSlash(name)))
	}
	want = want[1:]
	if got := g.Folders(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
