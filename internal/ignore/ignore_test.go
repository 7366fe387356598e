package ignore

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/gitignore"
)

// project is a folder with files, in which Go files count and what is named is.
func project(t *testing.T, files map[string]string, named ...string) *Ignore {
	t.Helper()
	root := t.TempDir()
	write(t, root, ".git/HEAD", "")
	for path, text := range files {
		write(t, root, path, text)
	}
	return New(Options{
		Root:   root,
		Git:    gitignore.New(root, "", nil),
		Counts: func(file string) bool { return filepath.Ext(file) == ".go" },
		Names: func(path, _ string, _ bool) bool {
			return slices.ContainsFunc(named, func(n string) bool { return strings.HasPrefix(path, filepath.Join(root, n)) })
		},
	})
}

func write(t testing.TB, root, path, text string) {
	t.Helper()
	file := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	i := project(t, map[string]string{
		".gitignore":       "*_templ.go\n/web/dist\n/static\n*.html\nconf\n/named/\n",
		"web/embed.go":     "package web\n\nimport \"embed\"\n\n//go:embed all:dist pages/*.html \"odd name.html\"\nvar files embed.FS\n",
		"web/test_test.go": "package web\n\nimport _ \"embed\"\n\n//go:embed only.html\nvar only string\n",
		"sub/go.mod":       "module sub\n",
		"embed.go":         "//go:build never\n\npackage main\n\nimport _ \"embed\"\n\n//go:embed sub/x.html\nvar x string\n",
	}, "named/x.html")
	for _, c := range []struct{ path, why string }{
		{"page_templ.go", ""},            // compiled
		{"web/dist/index.html", ""},      // embedded, the folder is
		{"web/dist/.hidden/x.css", ""},   // the same
		{"web/pages/a.html", ""},         // embedded, by a pattern
		{"web/odd name.html", ""},        // by a name in quotes
		{"web/pages/a/b.html", "*.html"}, // the pattern does not reach there
		{"web/only.html", "*.html"},      // embedded by a test
		{"sub/x.html", "*.html"},         // in another module
		{"static/gen/x.go", ""},          // compiled
		{"static/page.html", "/static"},  // the folder is, so nothing in it comes back
		{"static/app.css", "/static"},    //
		{"conf", "conf"},                 //
		{"named/x.html", ""},             //
		{"named/y.css", "/named/"},       //
		{"main.css", ""},                 // git does not ignore it
	} {
		path := filepath.Join(i.Root, c.path)
		why := i.Why(path)
		if got := why[strings.LastIndexByte(why, ' ')+1:]; got != c.why {
			t.Errorf("%s: %q, want the line %q", c.path, why, c.why)
		}
		if left := i.Left(path, false); left != (c.why != "") {
			t.Errorf("%s: left is %v", c.path, left)
		}
	}
	if why, want := i.Why(filepath.Join(i.Root, "conf")), "git ignores it, .gitignore:5 conf"; why != want {
		t.Errorf("the reason is %q, want %q", why, want)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		".gitignore":               "/cache\n/nocache\n/data\n/gen\n/small\n/dist\n/pages\n/named\n/late\n",
		"main.go":                  "package main\n\nimport \"embed\"\n\n//go:embed dist pages/inner/*.html\nvar files embed.FS\n",
		"gen/deep/down/x.go":       "package down\n",
		"small/x":                  "",
		"__pycache__/x.pyc":        "",
		"cache/CACHEDIR.TAG":       signature + "\n",
		"nocache/CACHEDIR.TAG":     "tag, you are it\n",
		"py/env/pyvenv.cfg":        "",
		"data/node_modules/x/a.go": "", // does not count: nobody enters it
	}
	for _, folder := range []string{"data/x", "gen/a", "dist/x", "pages/inner", "named/x"} {
		for n := range small {
			files[fmt.Sprintf("%s/%d", folder, n)] = ""
		}
	}
	i := project(t, files, "named")
	for _, c := range []struct {
		path string
		left bool
	}{
		{"data", true},
		{"data/x", false}, // never asked: data is not entered
		{"gen", false},    // Go files in it
		{"gen/a", false},  // below a folder that is entered
		{"small", false},
		{"dist", false},  // embedded
		{"pages", false}, // something in it is
		{"named", false},
		{"late", false}, // does not exist yet
		{"__pycache__", true},
		{"cache", true},
		{"nocache", false},
		{"py/env", true},
	} {
		if got := i.Left(filepath.Join(i.Root, c.path), true); got != c.left {
			t.Errorf("%s: left is %v, want %v", c.path, got, c.left)
		}
	}
	for path, want := range map[string]string{
		"data/x/1":          "git ignores it, .gitignore:3 /data",
		"cache/a/b":         "its CACHEDIR.TAG says that it is a cache",
		"py/env/lib/x.html": "its pyvenv.cfg says that it is a Python environment",
		"gen/a/1":           "git ignores it, .gitignore:4 /gen",
		"gen/deep/y.go":     "",
		"dist/x/new.css":    "",
	} {
		if why := i.Why(filepath.Join(i.Root, path)); why != want {
			t.Errorf("%s: %q, want %q", path, why, want)
		}
	}
}

// Code that is generated into a folder that was empty, or large without any, is
// seen when the folder is asked about anew.
func TestGeneratedLater(t *testing.T) {
	t.Parallel()
	files := map[string]string{".gitignore": "/gen\n"}
	for n := range small + 1 {
		files[fmt.Sprintf("gen/%d.json", n)] = ""
	}
	i := project(t, files)
	gen := filepath.Join(i.Root, "gen")
	if !i.Left(gen, true) {
		t.Error("a large folder without code is not left out")
	}
	write(t, i.Root, "gen/api/api.go", "package api\n")
	if i.Left(gen, true) {
		t.Error("a folder with code is left out")
	}
}

// Who works in a folder that git ignores wants its files to count.
func TestRootIsIgnored(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	write(t, above, ".git/HEAD", "")
	write(t, above, ".gitignore", "/scratch\n*.tmp\n")
	write(t, above, "scratch/app/.gitignore", "dist\n")
	root := filepath.Join(above, "scratch", "app")
	i := New(Options{
		Root: root, Git: gitignore.New(root, "", nil),
		Counts: func(string) bool { return false }, Names: func(string, string, bool) bool { return false },
	})
	if why := i.Why(filepath.Join(root, "page.html")); why != "" {
		t.Errorf("%q, although all of the root is ignored", why)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	i := project(t, map[string]string{
		".gitignore":   "/dist\n",
		"main.go":      "package main\n",
		"other/x.go":   "package other\n",
		"dist/x.html":  "",
		"dist/go.json": "",
	})
	page := filepath.Join(i.Root, "dist", "x.html")
	at := func(path string) []string { return []string{filepath.Join(i.Root, path)} }
	if i.Why(page) == "" {
		t.Fatal("the page counts")
	}
	if i.Changed(at("main.go")) || i.Changed(at("other/x.go")) || i.Changed(at("dist/x.html")) {
		t.Error("a change that says nothing of what is left out is taken for one")
	}
	write(t, i.Root, "main.go", "package main\n\nimport _ \"embed\"\n\n//go:embed dist/x.html\nvar page string\n")
	if !i.Changed(at("main.go")) || i.Why(page) != "" {
		t.Error("a page that is embedded now does not count")
	}
	write(t, i.Root, "main.go", "package main\n")
	if !i.Changed(at("main.go")) || i.Why(page) == "" {
		t.Error("a page that is not embedded any more counts")
	}
	write(t, i.Root, ".gitignore", "")
	if !i.Changed(at(".gitignore")) || i.Why(page) != "" {
		t.Error("a page that git does not ignore any more does not count")
	}
	write(t, i.Root, "dist/.gitignore", "*\n")
	if !i.Changed(at("dist/.gitignore")) || i.Why(page) == "" {
		t.Error("a new file with rules does not hold")
	}
	i.Git = nil
	if i.Changed(at(".gitignore")) || i.Why(page) != "" || i.Files() != nil {
		t.Error("without git something is left out on its behalf")
	}
}
