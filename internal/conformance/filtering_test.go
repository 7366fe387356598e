package conformance

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/config"
)

// A filtering says which files of a project lead to a build and which do not.
type filtering struct {
	name, covers  string
	top, text     string // of the configuration: before and in [build]
	place         string // of the project, "" for shop
	yes, no       string // files, relative to root
	differs       string // see Case; Air is asked about every file
	airYes, airNo string // what Air does with those of them that it treats otherwise
	only          string
}

func (f filtering) config() string { return f.top + "\n[build]\n" + f.text }

func TestFilterings(t *testing.T) {
	t.Parallel()
	for _, f := range filterings() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			dir := f.layOut(t)
			c, _, err := config.Load(nil, func(string) string { return "" }, dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range strings.Fields(f.yes) {
				if ok, why := c.Relevant(filepath.Join(c.Root, filepath.FromSlash(file))); !ok {
					t.Errorf("%s is nothing: %s", file, why)
				}
				if folder := filepath.Dir(filepath.FromSlash(file)); c.Ignored(filepath.Join(c.Root, folder), true) {
					t.Errorf("%s is not entered", folder)
				}
			}
			for _, file := range strings.Fields(f.no) {
				if ok, why := c.Relevant(filepath.Join(c.Root, filepath.FromSlash(file))); ok {
					t.Errorf("%s leads to a build: %s", file, why)
				}
			}
		})
	}
}

func (f filtering) layOut(t *testing.T) string {
	t.Helper()
	place := f.place
	if place == "" {
		place = "shop"
	}
	return filepath.Join(loading{files: map[string]string{place + "/.air.toml": f.config()}}.layOut(t), filepath.FromSlash(place))
}

func filterings() []filtering {
	return []filtering{
		{name: "the default extensions", covers: "filters", yes: "a.go b.tpl web/c.tmpl web/d.html", no: "README.md x.css go Makefile x.go.bak"},
		{name: "test files by the default pattern", covers: "filters regex", yes: "a.go", no: "a_test.go pkg/b_test.go"},
		{name: "tests are never part of the program", covers: "filters", text: "cmd = \"go build -o ./tmp/main .\"\nexclude_regex = []\n", yes: "a.go", no: "a_test.go", differs: "_test.go", airYes: "a_test.go"},
		{name: "other extensions", covers: "filters", text: "include_ext = [\"go\", \"templ\", \"sql\"]\n", yes: "a.go b.templ c.sql", no: "d.html e.css"},
		{name: "extensions in several parts", covers: "filters", text: "include_ext = [\"html.tmpl\"]\n", yes: "a.html.tmpl", no: "b.tmpl", differs: "html.tmpl", airNo: "a.html.tmpl"},
		{name: "an extension with its dot", covers: "filters T13", text: "include_ext = [\".go\"]\n", yes: "a.go", differs: "leading dot", airNo: "a.go"},
		{name: "every file", covers: "filters", text: "include_ext = [\"*\"]\n", yes: "Makefile a.md b.go", no: "a_test.go tmp/main"},
		{name: "env is the extension of .env", covers: "T13", text: "include_ext = [\"go\", \"env\"]\n", yes: ".env a.env", no: ".env.local"},
		{name: "files of modules", covers: "filters", yes: "go.mod go.sum", differs: "go.mod", airNo: "go.mod go.sum"},
		{name: "lock files of Emacs", covers: "filters", yes: "a.go", no: ".#a.go", differs: "lock files", airYes: ".#a.go"},
		{name: "a hidden file is a file", covers: "filters", yes: ".hidden.go", no: ".git/a.go"},
		{name: "hidden folders", covers: "filters always-excluded", text: "exclude_dir = []\ninclude_dir = [\".hidden\", \".\"]\n", yes: "a.go", no: ".hidden/a.go .git/b.go"},
		{name: "folders that are excluded by default", covers: "filters", yes: "pkg/assets/a.go pkg/vendor/a.go pkg/tmp/a.go pkg/testdata/a.go", no: "assets/a.go vendor/a.go tmp/a.go testdata/a.go"},
		{name: "tmp and testdata cannot be had", covers: "always-excluded T9", text: "exclude_dir = []\ninclude_dir = [\"tmp\", \"testdata\", \".\"]\n", yes: "a.go", no: "tmp/a.go testdata/a.go"},
		{name: "another tmp_dir", covers: "always-excluded tmp", top: "tmp_dir = \"out/bin\"\n", text: "exclude_dir = []\n", yes: "out/a.go a.go", no: "out/bin/b.go"},
		{name: "another testdata_dir", covers: "always-excluded", top: "testdata_dir = \"fixtures\"\n", text: "exclude_dir = []\n", yes: "a.go testdata/b.go", no: "fixtures/c.go"},
		{name: "exclude_dir is an exact path", covers: "filters T9", text: "exclude_dir = [\"web\", \"a/b/\", \" c \"]\n", yes: "x/web/a.go a/c.go webs/a.go vendor/b.go", no: "web/a.go web/x/a.go a/b/c.go c/a.go"},
		{name: "./ in exclude_dir", covers: "filters T9", text: "exclude_dir = [\"./web\"]\n", no: "web/a.go", differs: "./", airYes: "web/a.go"},
		{name: "node_modules anywhere", covers: "filters T9", text: "exclude_dir = [\"node_modules\"]\n", yes: "a.go", no: "node_modules/a.go web/node_modules/b.go", differs: "node_modules", airYes: "web/node_modules/b.go"},
		{name: "globs in exclude_dir", covers: "globs", text: "exclude_dir = [\"gen*\", \"web/*/dist\"]\n", yes: "a.go web/dist/b.go", no: "generated/a.go web/x/dist/b.go", differs: "globs in exclude_dir", airYes: "generated/a.go web/x/dist/b.go"},
		{name: "** in exclude_dir", covers: "globs", text: "exclude_dir = [\"**/dist\"]\n", yes: "a.go", no: "dist/a.go web/dist/b.go", differs: "globs in exclude_dir", airYes: "dist/a.go web/dist/b.go"},
		{name: "include_dir lets only these in", covers: "include-dir", text: "include_dir = [\"cmd\", \"a/b\"]\n", yes: "cmd/a.go cmd/x/a.go a/b/c.go", no: "main.go web/a.go a/c.go cmdline/a.go"},
		{name: "include_dir with the root", covers: "include-dir", text: "include_dir = [\".\"]\n", yes: "main.go cmd/a.go"},
		{name: "include_dir with an empty name", covers: "include-dir", text: "include_dir = [\"\"]\n", yes: "main.go cmd/a.go"},
		{name: "include_dir does not rescue what is excluded", covers: "include-dir", text: "include_dir = [\"vendor\", \".\"]\n", yes: "main.go", no: "vendor/a.go"},
		{name: "excluded below included", covers: "include-dir", text: "include_dir = [\"cmd\"]\nexclude_dir = [\"cmd/docs\"]\n", yes: "cmd/a.go", no: "cmd/docs/a.go"},
		{name: "include_dir outside of root is added", covers: "outside-root include-dir", text: "include_dir = [\"../lib\"]\n", yes: "main.go cmd/a.go ../lib/a.go ../lib/x/b.go", no: "../other/a.go ../lib/.git/a.go ../lib/c_test.go"},
		{name: "include_file in a folder that is not in include_dir", covers: "include-dir filters", text: "include_dir = [\"cmd\"]\ninclude_file = [\"main.go\"]\n", yes: "main.go cmd/a.go", no: "other.go"},
		{name: "include_file without its extension", covers: "filters", text: "include_ext = [\"go\"]\ninclude_file = [\"config.toml\", \"conf/app.ini\"]\n", yes: "config.toml conf/app.ini a.go", no: "conf/b.ini x/config.toml"},
		{name: "include_file with ./", covers: "filters T14", text: "include_file = [\"./a.ini\"]\n", yes: "a.ini", differs: "./", airNo: "a.ini"},
		{name: "exclude_file, and patterns", covers: "filters T14", text: "exclude_file = [\"client.go\", \"gen/*.go\"]\n", yes: "x/client.go gen/a/b.go gen/c.html", no: "client.go gen/d.go"},
		{name: "exclude_file with ./", covers: "filters T14", text: "exclude_file = [\"./v1/login.html\"]\n", yes: "v2/login.html", no: "v1/login.html", differs: "./", airYes: "v1/login.html"},
		{name: "exclude_regex is not anchored", covers: "regex T10", text: "exclude_regex = [\"_templ.go\", \"gen/\"]\n", yes: "a.go", no: "a_templ.go agen/b.go x_templ.gox.go"},
		{name: "exclude_regex with ends", covers: "regex T10", text: "exclude_regex = [\"_gen\\\\.go$\"]\n", yes: "a_gen.gox.go", no: "b_gen.go"},
		{name: "exclude_regex on the absolute path", covers: "regex T10", text: "exclude_regex = [\"shop/web/\"]\n", yes: "web.go x/web/a.go", no: "web/a.go"},
		{name: "exclude_regex that matches where the project is", covers: "regex T10", place: "my_tests", text: "exclude_regex = [\"tests\"]\n", yes: "a.go", no: "tests/b.go", differs: "the place of the project", airNo: "a.go"},
		{name: "exclude_regex from the root of the project", covers: "regex T10", text: "exclude_regex = [\"^/gen/\", \"^/heya\\\\.go$\"]\n", yes: "x/gen/a.go", no: "gen/a.go heya.go", differs: "relative to the root", airYes: "gen/a.go heya.go"},
		{name: "exclude_file beats include_file", covers: "filters", text: "include_file = [\"b.ini\"]\nexclude_file = [\"b.ini\"]\n", yes: "a.go", no: "b.ini"},
		{name: "a hidden root", covers: "filters", place: ".proj", yes: "a.go", differs: "hidden root", airNo: "a.go"},
		{name: "generated by templ", covers: "T22", text: "include_ext = [\"go\", \"templ\"]\nexclude_regex = [\".*_templ.go\"]\n", yes: "a.templ b.go", no: "a_templ.go"},
		{name: "the binary", covers: "filters", text: "include_ext = [\"*\"]\nbin = \"./bin/app\"\nentrypoint = [\"./bin/app\"]\n", yes: "bin/other", no: "bin/app"},
	}
}
