package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const rulesFile = `
[build]
exclude_dir = ["web", "web/dist", "docs"]
include_dir = ["cmd"]
[[build.rules]]
name = "css"
cmd = "npm run css"
include_dir = ["./web/"]
include_ext = [".css", "js"]
include_file = ["web/vite.config"]
exclude_regex = ["\\.min\\."]
delay = 200
[[build.rules]]
cmd = "make docs"
include_dir = ["docs/src", "../shared/docs"]
[[build.rules]]
cmd = "sqlc generate"
include_file = ["db/query.sql", ".sqlc"]
`

func TestRules(t *testing.T) {
	t.Parallel()
	c := loadText(t, rulesFile)
	if len(c.Rules) != 3 || c.Rules[0].Name != "css" || c.Rules[0].Delay != 200*time.Millisecond || c.Rules[1].Name != "rule-1" || c.Rules[1].Cmd != "make docs" {
		t.Fatalf("%+v", c.Rules)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q", messages(c))
	}
	for file, want := range map[string]int{
		"web/a.css": 0, "web/x/y.js": 0, "web/vite.config": 0, "docs/src/a.md": 1, "docs/src/x/b.go": 1, "../shared/docs/a.md": 1, "db/query.sql": 2, ".sqlc": 2,
		"web/a.min.css": -1, "web/a.html": -1, "web/dist/a.css": -1, "web/node_modules/a.css": -1, "web/.cache/a.css": -1,
		"docs/a.md": -1, "cmd/a.css": -1, "main.go": -1, "db/other.sql": -1, "../shared/a.md": -1,
	} {
		for _, name := range []string{file, filepath.Join(c.Root, file)} {
			got, ok := c.RuleFor(name)
			if ok != (want >= 0) || ok && got != want {
				t.Errorf("%s: rule %d %t, want %d", name, got, ok, want)
			}
		}
	}
	for folder, want := range map[string]bool{
		"web": true, "web/x": true, "docs": true, "docs/src": true, "db": true, "../shared/docs/x": true,
		"web/dist": false, "web/node_modules": false, "docs/other": false, "other": false,
	} {
		if got := !c.Ignored(folder, true); got != want {
			t.Errorf("%s: entered %t, want %t", folder, got, want)
		}
	}
	if want := []string{c.Root, filepath.Join(filepath.Dir(c.Root), "shared", "docs")}; !slices.Equal(c.Roots(), want) {
		t.Errorf("roots %q, want %q", c.Roots(), want)
	}
	for _, file := range []string{"web/a.go", "docs/src/a.go"} { // let in for a rule, not for a build
		if ok, why := c.Relevant(file); ok {
			t.Errorf("%s leads to a build: %s", file, why)
		}
	}
}

func TestRuleThatOnlyKnowsExtensions(t *testing.T) {
	t.Parallel()
	c := loadText(t, "[[build.rules]]\ncmd = 'x'\ninclude_ext = ['*']\nexclude_regex = ['\\.go$']\n[[build.rules]]\ncmd = 'y'\ninclude_ext = ['css']\n")
	for file, want := range map[string]bool{"a.css": true, "web/Makefile": true, "a.go": false, "tmp/a.css": false, "vendor/a.css": false} {
		if i, got := c.RuleFor(file); got != want || i != 0 {
			t.Errorf("%s: %d %t, want %t", file, i, got, want)
		}
	}
}

func TestWrongRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[[build.rules]]\ninclude_ext = ['css']\n":                                                    "1:3: build.rules[0]: cmd is missing",
		"[[build.rules]]\ncmd = ' '\ninclude_ext = ['css']\n":                                         "1:3: build.rules[0]: cmd is missing",
		"[[build.rules]]\ncmd = 'x'\ninclude_ext = ['c']\n[[build.rules]]\ncmd='y'\ninclude_dir=[]\n": "4:3: build.rules[1]: nothing says which files",
		"[[build.rules]]\ncmd = 'x'\n[[build.rules]]\ncmd = 1\n":                                      "1:3: build.rules[0]: nothing says which files",
		"[[build.rules]]\ncmd = 'x'\ninclude_ext='css'\n":                                             "3:13: build.rules[0].include_ext: expected a list of strings, got a string",
		"[[build.rules]]\ncmd = 'x'\ninclude_ext=['css', 2]\n":                                        "3:21: build.rules[0].include_ext: expected a list of strings, element 2",
		"[[build.rules]]\ncmd = 'x'\ninclude_ext=['c']\nexclude_regex=['a','(']":                      "4:20: build.rules[0].exclude_regex: error parsing regexp",
		"[build.rules]\ncmd = 'x'\n":                                                                  "1:2: build.rules: expected sections [[build.rules]], got a section",
		"[build]\nrules = [{cmd='x'}]\n":                                                              "2:10: build.rules[0]: nothing says which files",
		"[build]\nrules = ['x']\n":                                                                    "2:10: build.rules[0]: expected a section, got a string",
		"[build.linux]\nbin = 3\n":                                                                    "2:7: build.linux.bin: expected a string, got a whole number",
		"[build]\nwindows = 'x'\n":                                                                    "2:1: build.windows: expected a section [build.windows], got a string",
	} {
		err := parseAndDecode(".air.toml", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), ".air.toml:"+want) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}
