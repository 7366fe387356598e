package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestIgnoredFolders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text     string
		enter, ignored string // folders
	}{
		{"an empty file means Air's defaults", "", ". cmd web pkg/testdata pkg/vendor pkg/tmp",
			"tmp assets vendor testdata testdata/x assets/css node_modules web/node_modules web/node_modules/x .git pkg/.hidden pkg/.hidden/x"},
		{"exact paths, not names (T9)", "[build]\nexclude_dir = [\"web\", \"./a/b\", \"c/d/\", \" e \"]", "a c a/web assets vendor a/bc",
			"web web/x a/b a/b/c c/d e"},
		{"a bare node_modules is meant for any depth (T9)", "[build]\nexclude_dir = []", "assets vendor", "web/node_modules tmp testdata .git"},
		{"globs, which Air does not have", "[build]\nexclude_dir = [\"w*\", \"a/*/gen\", \"**/dist\", \"c/**/d\", \"[\"]", "a a/web a/gen a/b/x c c/x d c/x/y", "web w* a/b/gen a/b/gen/x dist a/dist a/b/dist/x c/d c/x/y/d ["},
		{"tmp_dir elsewhere", "tmp_dir = \"./out/bin/\"\n[build]\nexclude_dir = []", "out tmp outer", "out/bin out/bin/x"},
		{"tmp_dir outside of the root", "tmp_dir = \"../../.dist/\"", "cmd", ".dist"},
		{"include_dir (gitea)", "[build]\ninclude_dir = [\"cmd\", \"models/x\"]\ninclude_file = [\"docker/a.toml\"]\nexclude_dir = [\"cmd/docs\"]",
			". cmd cmd/sub models models/x models/x/y docker", "web models/y cmdline docker/x cmd/docs"},
		{"include_dir does not rescue", "[build]\ninclude_dir = [\".hidden\", \"testdata\", \"vendor\"]\nexclude_dir = [\"vendor\"]", ".",
			".hidden testdata vendor"},
		{"include_dir with an empty name (phishingclub)", "[build]\ninclude_dir = [\"\"]", "cmd web", "node_modules"},
		{"include_dir with the root is all of it", "[build]\ninclude_dir = [\".\"]", ". cmd cmd/x", "vendor"},
		{"include_dir outside of the root only (wellknown)", "[build]\ninclude_dir = [\"../../pkg/env\", \"../.hidden\"]",
			"cmd ../../pkg/env ../../pkg/env/x ../.hidden ../.hidden/x", "../../pkg/env/.git ../../pkg/env/node_modules ../.hidden/.x"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := loadText(t, tc.text)
			for _, folder := range strings.Fields(tc.enter) {
				if c.Ignored(folder, true) || c.Ignored(filepath.Join(c.Root, folder), true) {
					t.Errorf("%s is ignored: %s", folder, c.ignoredWhy(folder, true))
				}
			}
			for _, folder := range strings.Fields(tc.ignored) {
				if !c.Ignored(folder, true) || !c.Ignored(filepath.Join(c.Root, folder), true) {
					t.Errorf("%s is entered", folder)
				}
				if ok, _ := c.Relevant(folder + "/main.go"); ok {
					t.Errorf("%s/main.go is relevant", folder)
				}
			}
		})
	}
}

func TestRelevantFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text    string
		relevant, not string // files
	}{
		{"defaults", "", "main.go a/b.tmpl a/x.tpl index.html go.mod go.sum go.work a/go.mod .air.toml",
			"main_test.go a/x_test.go README.md go x.html.bak .#main.go a/.#b.go main.c Makefile"},
		{"extensions as people write them (T13)", "[build]\ninclude_ext = [\".go\", \" env \", \"html.tmpl\"]",
			"a.go .env a.env x.html.tmpl", ".env.local x.tmpl a.html"},
		{"every file", "[build]\ninclude_ext = [\"*\"]\nbin = \"./bin/app serve\"\ncmd = \"x\"", "Makefile a.md bin/other go.mod", "a_test.go bin/app tmp/main"},
		{"entrypoint is not a source", "[build]\ninclude_ext = [\"*\"]\nentrypoint = \"./bin/app\"", "bin/b", "bin/app"},
		{"no extension", "[build]\ninclude_ext = []\ninclude_file = [\"./conf/app.ini\", \"main.go\"]", "conf/app.ini main.go", "a.go go.mod app.ini"},
		{"without go", "[build]\ninclude_ext = [\"css\"]", "a.css", "a.go go.mod"},
		{"exclude_file (T14)", "[build]\nexclude_file = [\"client.go\", \"./v1/login.html\", \"gen/*.go\"]", "a/client.go v2/login.html gen/a/x.go",
			"client.go v1/login.html gen/x.go"},
		{"exclude_regex", "[build]\nexclude_regex = [\"_templ\\\\.go$\", \"^/web/\", \"^x\\\\.go$\"]", "a.go x.go a/web/b.go a_templ.gox.go", "a_templ.go web/a.go"},
		{"go build leaves tests out, whatever the patterns", "[build]\nexclude_regex = []\ncmd = \"go build -o x .\"", "a.go", "a_test.go"},
		{"other commands may run tests", "[build]\nexclude_regex = []\ncmd = \"go test ./...\"", "a.go a_test.go", ""},
		{"and so may others around go build", "[build]\nexclude_regex = []\ncmd = \"go build -o x . && go test ./...\"", "a_test.go", ""},
		{"and those before it", "[build]\nexclude_regex = []\npre_cmd = [\"go test ./...\"]\ncmd = \"go build -o x .\"", "a_test.go", ""},
		{"by default tests stay out", "[build]\ncmd = \"make\"", "a.go", "a_test.go"},
		{"another folder for test data", "testdata_dir = \"./fixtures/\"\n[build]\nexclude_dir = []", "testdata/a.go x/fixtures/a.go", "fixtures/a.go"},
		{"include_file does not rescue", "[build]\ninclude_file = [\"vendor/x.ini\", \"a.ini\", \"b.ini\"]\nexclude_file = [\"b.ini\"]", "a.ini", "vendor/x.ini b.ini"},
		{"include_dir and a file of the root (gitea)", "[build]\ninclude_dir = [\"cmd\", \"a/b\"]\ninclude_file = [\"main.go\"]",
			"main.go cmd/a.go cmd/x/a.go a/b/x.go go.mod .air.toml", "other.go web/a.go a/x.go a/go.mod"},
		{"include_dir with the root", "[build]\ninclude_dir = [\".\"]", "a.go cmd/a.go", "tmp/a.go"},
		{"outer roots", "[build]\ninclude_dir = [\"../pkg\"]", "a.go ../pkg/a.go ../pkg/x/a.go", "../pkg/.git/a.go ../pkg/a_test.go ../other/a.go"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := loadText(t, tc.text)
			check := func(files string, want bool) {
				for _, file := range strings.Fields(files) {
					for _, name := range []string{file, filepath.Join(c.Root, file)} {
						if got, why := c.Relevant(name); got != want || why == "" {
							t.Errorf("%s: %t because %q, want %t", name, got, why, want)
						}
					}
				}
			}
			check(tc.relevant, true)
			check(tc.not, false)
		})
	}
}

func TestRelevantFilesWithoutAConfiguration(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, project(t, nil))
	for _, file := range strings.Fields("main.go a.html x/a.c a.h a.s a.S a.cpp a.m x.syso go.work assets/a.go x/testdata/a.go") {
		if ok, why := c.Relevant(file); !ok {
			t.Errorf("%s: %s", file, why)
		}
	}
	for _, file := range strings.Fields("a_test.go vendor/x/a.go tmp/a.go testdata/a.go node_modules/a.go .git/a.go a.md .air.toml") {
		if ok, why := c.Relevant(file); ok {
			t.Errorf("%s: %s", file, why)
		}
	}
}

// T10: Air matches the absolute path, so that the place of the project decides.
func TestExcludeRegexAndThePlaceOfTheProject(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"my_tests/app/.air.toml": "[build]\n\nexclude_regex = [\"tests\", \"/app\", \".*my_.*\", \"my_tests/app/gen\"]\n"})
	root := filepath.Join(dir, "my_tests", "app")
	c := mustLoad(t, root)
	for file, want := range map[string]bool{
		"main.go": true, "api/user.go": true, "tests/a.go": false, "app/a.go": false, "x/application.go": false, "my_x.go": false,
		"gen/a.go": false, "x/gen/a.go": true,
	} {
		if got, why := c.Relevant(filepath.Join(root, file)); got != want {
			t.Errorf("%s: %t because %s, want %t", file, got, why, want)
		}
	}
	if len(c.Warnings) != 3 || c.Warnings[0].Line != 3 || !strings.Contains(c.Warnings[0].Message, `"tests" matches the path of the project itself`) {
		t.Errorf("warnings %q", messages(c))
	}
}

func TestAnchoredAbsoluteRegex(t *testing.T) {
	t.Parallel()
	dir := project(t, nil)
	text := "[build]\nexclude_regex = ['^" + filepath.ToSlash(dir) + "/gen/']\n"
	writeFile(t, filepath.Join(dir, ".air.toml"), text)
	c := mustLoad(t, dir)
	if ok, _ := c.Relevant(filepath.Join(dir, "gen", "a.go")); ok {
		t.Error("gen/a.go is relevant")
	}
	if ok, why := c.Relevant(filepath.Join(dir, "a.go")); !ok {
		t.Errorf("a.go: %s", why)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q", messages(c))
	}
}

func TestHiddenRoot(t *testing.T) { // Air watches nothing there, without a word
	t.Parallel()
	dir := project(t, map[string]string{".proj/main.go": ""})
	c := mustLoad(t, filepath.Join(dir, ".proj"))
	if ok, why := c.Relevant(filepath.Join(dir, ".proj", "main.go")); !ok || c.Ignored(c.Root, true) {
		t.Errorf("main.go is lost: %s", why)
	}
}

func TestTestedIsWhatOnlyTestsAreRunFor(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "[ginreload]\ntest = true\n"})
	c := mustLoad(t, dir)
	for file, want := range map[string]bool{
		"api/user_test.go": true, "api/user.go": true, "go.mod": true, "web/page.html": false, "tmp/x_test.go": false, ".#user_test.go": false,
	} {
		if got := c.Tested(filepath.Join(dir, file)); got != want {
			t.Errorf("%s: %t", file, got)
		}
	}
	if off := mustLoad(t, project(t, nil)); off.Tested(filepath.Join(off.Root, "user_test.go")) {
		t.Error("without test = true")
	}
}
