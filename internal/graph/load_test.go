package graph

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- real/go.mod --
module example.com/real
go 1.25
-- real/main.go --
package main

func main() {}
-- shared/shared.go --
package main
-- shared/apart.go --
package main
`)
	if err := os.Symlink("../shared/shared.go", filepath.Join(dir, "real", "shared.go")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink("real", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"real", "link"} {
		g := load(t, query(t, filepath.Join(dir, name)))
		for file, want := range map[string]bool{
			"real/main.go": true, "link/main.go": true, "link/new.go": true, "real/shared.go": true, "shared/shared.go": true, "shared/apart.go": false,
			"link/go.mod": true, "real/go.mod": true,
		} {
			if _, ok := g.Input(filepath.Join(dir, filepath.FromSlash(file))); ok != want {
				t.Errorf("built in %s: %s is an input: %v", name, file, ok)
			}
		}
		want := []string{filepath.Join(dir, "real"), filepath.Join(dir, "shared")}
		if got := g.Folders(); !slices.Equal(got, want) {
			t.Errorf("built in %s: folders %q, want %q", name, got, want)
		}
		link := filepath.Join(dir, "real", "other_link.go")
		if err := os.Symlink("../shared/apart.go", link); err != nil {
			t.Fatal(err)
		}
		if !g.Altered([]string{link}) {
			t.Error("another link alters nothing")
		}
		os.Remove(link)
	}
}

func TestVendorAndFilesByName(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- go.mod --
module example.com/app
go 1.25
require example.com/lib v1.0.0
-- vendor/modules.txt --
# example.com/lib v1.0.0
## explicit; go 1.25
example.com/lib
-- vendor/example.com/lib/lib.go --
package lib
-- cmd/main.go --
package main

import _ "example.com/lib"

func main() {}
-- cmd/more.go --
package main
-- cmd/left.go --
package main
`)
	q := query(t, dir)
	q.Packages = []string{"cmd/main.go", "cmd/more.go"}
	g := load(t, q)
	for file, want := range map[string]bool{
		"vendor/example.com/lib/lib.go": true, "vendor/example.com/lib/new.go": true, "vendor/modules.txt": true,
		"cmd/main.go": true, "cmd/more.go": true, "cmd/left.go": false, "cmd/new.go": false,
	} {
		if _, ok := g.Input(filepath.Join(dir, filepath.FromSlash(file))); ok != want {
			t.Errorf("%s is an input: %v", file, ok)
		}
	}
	if g.Altered([]string{filepath.Join(dir, "cmd", "more.go"), filepath.Join(dir, "cmd", "left.go")}) {
		t.Error("altered by nothing")
	}
	write(t, filepath.Join(dir, "cmd", "more.go"), "package main\n\nimport _ \"os\"\n")
	if !g.Altered([]string{filepath.Join(dir, "cmd", "more.go")}) {
		t.Error("another import alters nothing")
	}
}

func TestCgo(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- go.mod --
module example.com/app
go 1.25
-- main.go --
package main

import "example.com/app/sum"

func main() { sum.Of(1, 2) }
-- sum/sum.go --
package sum

// #include "sum.h"
import "C"

func Of(a, b int) int { return int(C.sum(C.int(a), C.int(b))) }
-- sum/sum.h --
-- sum/sum.c --
-- sum/pure.go --
//go:build !cgo

package sum

func Of(a, b int) int { return a + b }
-- include/far.h --
`)
	q := query(t, dir)
	with := load(t, q)
	q.Env = append(q.Env, "CGO_ENABLED=0")
	without := load(t, q)
	for file, want := range map[string][2]Kind{
		"sum/sum.go": {Cgo, ""}, "sum/pure.go": {"", GoFile}, "sum/sum.h": {Header, Header}, "sum/new.c": {Source, Source}, "include/far.h": {"", ""},
	} {
		file = filepath.Join(dir, filepath.FromSlash(file))
		for i, g := range []*Graph{with, without} {
			if in, _ := g.Input(file); in.Kind != want[i] {
				t.Errorf("CGO_ENABLED=%d: %s is %q, want %q", 1-i, file, in.Kind, want[i])
			}
		}
	}
}

func TestAffected(t *testing.T) {
	t.Parallel()
	dir := unpack(t, `
-- go.mod --
module example.com/app
go 1.25
-- main.go --
package main

import _ "example.com/app/api"

func main() {}
-- api/api.go --
package api

import _ "example.com/app/db"
-- api/api_test.go --
package api
-- db/db.go --
package db
-- db/testdata/x.txt --
-- lonely/lonely.go --
package lonely
-- lonely/lonely_test.go --
package lonely_test

import _ "example.com/app/api"
`)
	q := query(t, dir)
	plain := load(t, q)
	q.Packages, q.Tests = []string{"./..."}, true
	tests := load(t, q)
	for file, want := range map[string][2]string{
		"db/db.go":           {"app api db", "app api db lonely"},
		"api/api.go":         {"app api", "app api lonely"},
		"api/api_test.go":    {"", "api"},
		"db/testdata/x.txt":  {"", "db"},
		"lonely/lonely.go":   {"", "lonely"},
		"go.mod":             {"app api db", "app api db lonely"},
		"README.md":          {"", ""},
		"lonely/new_test.go": {"", "lonely"},
	} {
		for i, g := range []*Graph{plain, tests} {
			var got []string
			for _, path := range g.Affected([]string{filepath.Join(dir, filepath.FromSlash(file))}) {
				got = append(got, path[strings.LastIndexByte(path, '/')+1:])
			}
			if got := strings.Join(got, " "); got != want[i] {
				t.Errorf("%s, tests: %v: %q, want %q", file, i == 1, got, want[i])
			}
		}
	}
}

func TestNoGraph(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	q := query(t, filepath.Join(dir, "shop"))
	for _, flags := range [][]string{{"-overlay=x.json"}, {"-v", "-toolexec", "x"}} {
		q.Flags = flags
		if _, err := Load(t.Context(), q); !errors.Is(err, ErrUncertain) {
			t.Errorf("%q: %v", flags, err)
		}
	}
	q.Flags = []string{"-ldflags", "-toolexec"}
	load(t, q)
	q.Flags, q.Env = nil, append(q.Env, "GOFLAGS=-toolexec=x")
	if _, err := Load(t.Context(), q); !errors.Is(err, ErrUncertain) {
		t.Error(err)
	}
	q = query(t, filepath.Join(dir, "shop"))
	write(t, filepath.Join(dir, "shop", "main.go"), "package main\n\nimport _ \"example.com/shop/nowhere\"\n")
	if _, err := Load(t.Context(), q); err == nil || !strings.Contains(err.Error(), "no required module provides package") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, q); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWhyNot(t *testing.T) {
	t.Parallel()
	dir := unpack(t, shop)
	g := load(t, query(t, filepath.Join(dir, "shop")))
	for file, want := range map[string]string{
		"shop/tools/gen.go":        "in a package that the program does not import",
		"shop/main_windows.go":     "left out by its name: the build is for linux/amd64",
		"shop/dev.go":              "left out by //go:build dev",
		"shop/main_test.go":        "a test, which is no part of the program",
		"shop/_skipped.go":         "left out by the go command: its name begins with _",
		"shop/api/other.html":      "neither compiled nor embedded",
		"other/go.mod":             "of a module of which the program has nothing",
		"shop/tools/x.c":           "in a folder without a package of the program",
		"shop/api/shallow/.hidden": "neither compiled nor embedded",
	} {
		if got := g.WhyNot(filepath.Join(dir, filepath.FromSlash(file))); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

// gin is the example with Gin, about which the benchmarks are.
func gin(b *testing.B) Query {
	dir, err := filepath.Abs("../../examples")
	if err != nil {
		b.Fatal(err)
	}
	q := query(b, dir)
	q.Packages = []string{"./gin"}
	return q
}

func BenchmarkLoad(b *testing.B) {
	q := gin(b)
	for b.Loop() {
		load(b, q)
	}
}

// What of that go list alone takes.
func BenchmarkGoList(b *testing.B) {
	q := gin(b)
	for b.Loop() {
		if _, err := q.ask(b.Context(), "list", "-deps", "-json=ImportPath", "./gin"); err != nil {
			b.Fatal(err)
		}
	}
}

// What each save costs before its build starts.
func BenchmarkAltered(b *testing.B) {
	q := gin(b)
	g := load(b, q)
	file := []string{filepath.Join(q.Dir, "gin", "main.go")}
	for b.Loop() {
		if g.Altered(file) {
			b.Fatal("altered")
		}
	}
}

func BenchmarkInput(b *testing.B) {
	q := gin(b)
	g := load(b, q)
	for name, file := range map[string]string{"part": "gin/main.go", "apart": "grpc/main.go"} {
		file = filepath.Join(q.Dir, filepath.FromSlash(file))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g.Input(file)
			}
		})
	}
}
