package project

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
func unpack(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		file := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const generators = `
-- go.mod --
module example.com/shop
go 1.25
tool github.com/a-h/templ/cmd/templ
-- cmd/api/main.go --
package main

import _ "example.com/shop/web"

func main() {}
-- web/web.go --
package web

import "embed"

//go:embed dist static LICENCE
var files embed.FS
-- web/dist/app.js --
-- web/dist/index.html --
-- web/static/app.css --
-- web/LICENCE --
-- web/page.templ --
-- web/package.json --
{}
-- web/src/app.ts --
-- web/node_modules/x/index.js --
-- admin/package.json --
{}
-- admin/src/index.html --
-- sqlc.yaml --
-- package.json --
{"scripts": {"css": "tailwindcss -i css/in.css -o web/static/app.css --minify", "dev": "tailwindcss -w -i css/in.css -o x.css"}}
-- pnpm-lock.yaml --
-- css/in.css --
@import "tailwindcss";
`

func TestLookFindsWhatTakesPartInABuild(t *testing.T) {
	t.Parallel()
	f := Look(t.Context(), unpack(t, generators), "./cmd/api", os.Environ())
	if f.Root != "." || f.Here != "." || f.Needed != nil || f.Vendor {
		t.Errorf("%+v", f)
	}
	slices.Sort(f.EmbeddedExt)
	if got := strings.Join(f.EmbeddedExt, " "); got != "css html js" || !slices.Equal(f.EmbeddedFile, []string{"web/LICENCE"}) {
		t.Errorf("embedded %s and %q", got, f.EmbeddedFile)
	}
	if f.Templ != "go tool templ generate" || f.SQLC != "sqlc generate" {
		t.Errorf("templ %q, sqlc %q", f.Templ, f.SQLC)
	}
	if want := (Tailwind{true, "pnpm run css", "web/static/app.css"}); f.Tailwind != want {
		t.Errorf("%+v, want %+v", f.Tailwind, want)
	}
	if got := strings.Join(f.Foreign, " "); got != "admin web/node_modules web/src" {
		t.Errorf("foreign: %s", got)
	}
}

func TestLookAtAProgramOfSeveralModules(t *testing.T) {
	t.Parallel()
	const workspace = `
-- go.work --
go 1.25
use (
	./libs/db
	./services/api
	./services/other
)
-- libs/db/go.mod --
module example.com/db
go 1.25
-- libs/db/db.go --
package db

import _ "embed"

//go:embed schema.sql
var schema string
-- libs/db/schema.sql --
-- services/api/go.mod --
module example.com/api
go 1.25
-- services/api/main.go --
package main

import _ "example.com/db"

func main() {}
-- services/other/go.mod --
module example.com/other
go 1.25
-- services/other/main.go --
package main

func main() {}
`
	for name, archive := range map[string]string{
		"workspace": workspace,
		"replace": strings.NewReplacer("-- go.work --", "-- work --", "module example.com/api\ngo 1.25\n",
			"module example.com/api\ngo 1.25\nrequire example.com/db v0.0.0\nreplace example.com/db => ../../libs/db\n").Replace(workspace),
	} {
		dir := unpack(t, archive)
		f := Look(t.Context(), filepath.Join(dir, "services", "api"), ".", os.Environ())
		if f.Root != "../.." || f.Here != "services/api" || strings.Join(f.Needed, " ") != "libs/db services/api" {
			t.Errorf("%s: %+v", name, f)
		}
		if !slices.Equal(f.EmbeddedExt, []string{"sql"}) {
			t.Errorf("%s: embedded %q", name, f.EmbeddedExt)
		}
	}
	alone := Look(t.Context(), filepath.Join(unpack(t, workspace), "services", "other"), ".", os.Environ())
	if alone.Root != "." || alone.Needed != nil {
		t.Errorf("%+v", alone)
	}
	one := Look(t.Context(), filepath.Join(unpack(t, generators), "cmd", "api"), ".", os.Environ())
	if one.Root != "../.." || one.Here != "cmd/api" || one.Needed != nil {
		t.Errorf("%+v", one)
	}
}

func TestTailwind(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, archive string
		want          Tailwind
	}{
		{"none", "-- css/in.css --\n@import \"tailwindcss\";\n", Tailwind{}},
		{"no script", "-- package.json --\n{}\n-- css/in.css --\n@import \"tailwindcss\";\n",
			Tailwind{true, "npx @tailwindcss/cli -i ./css/in.css -o ./css/output.css", "css/output.css"}},
		{"version 3", "-- package.json --\n{}\n-- tailwind.config.js --\n-- in.css --\n@tailwind base;\n",
			Tailwind{true, "npx tailwindcss -i ./in.css -o ./output.css", "output.css"}},
		{"it watches", "-- package.json --\n{\"scripts\": {\"dev\": \"tailwindcss -i a.css --output=b.css --watch\"}}\n-- tailwind.config.ts --\n-- yarn.lock --\n",
			Tailwind{true, "npx tailwindcss -i a.css --output=b.css", "b.css"}},
		{"unclear", "-- package.json --\nno json\n-- tailwind.config.js --\n", Tailwind{Found: true}},
	} {
		dir := unpack(t, tc.archive)
		if got := tailwind(dir, ".", walk(dir)); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func TestGitIsAskedAboutTmp(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	dir := unpack(t, "-- go.mod --\nmodule example.com/x\n")
	if Look(t.Context(), dir, "", os.Environ()).TmpUnignored {
		t.Error("outside of a repository")
	}
	cmd := exec.CommandContext(t.Context(), "git", "init", "-q")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !Look(t.Context(), dir, "", os.Environ()).TmpUnignored {
		t.Error("nothing is ignored")
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("/tmp/\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if Look(t.Context(), dir, "", os.Environ()).TmpUnignored {
		t.Error("tmp is ignored")
	}
}
