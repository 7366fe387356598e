//go:build unix

package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func watchingCases() []Case {
	some := map[string]string{"pkg/a.go": "// a\n", "web/index.html": "<p>\n", "main_test.go": "// t\n", "README.md": "# r\n"}
	return []Case{
		{name: "what matters and what does not", covers: "filters smoke", files: some, steps: []step{started, ignores("main_test.go", "README.md"), rebuilds("pkg/a.go", "web/index.html")}},
		{name: "a page that is read at the start", covers: "filters guide", files: map[string]string{"main.go": program("v1 reads=web/index.html"), "web/index.html": "one\n"},
			steps: []step{launched, serves("v1 one"), save("web/index.html", "two\n"), serves("v1 two")}},
		{name: "the same when it is compiled", covers: "filters guide", golang: true, files: map[string]string{"main.go": program("v1 reads=web/index.html"), "web/index.html": "one\n"},
			steps: []step{launched, serves("v1 one"), save("web/index.html", "two\n"), serves("v1 two")}},
		{name: "saved in place", covers: "filters", steps: []step{started, inPlace("main.go", program("v2")), serves("v2")}},
		{name: "removed", covers: "filters", files: some, steps: []step{started, remove("pkg/a.go"), built}},
		{name: "renamed", covers: "filters", files: some, steps: []step{started, move("pkg/a.go", "pkg/b.go"), built}},
		{name: "a folder alone is nothing", covers: "filters", steps: []step{started, mkdir("new/er"), reloads, times(2, "^forge")}},
		{name: "a file in a new folder", covers: "filters", steps: []step{started, mkdir("new"), ignores(), rebuilds("new/a.go")}},
		{name: "a new folder with files in it", covers: "filters", files: map[string]string{"../made/deep/a.go": "// a\n"}, steps: []step{started, move("../made", "made"), built}, differs: "files in new folders"},
		{name: "a file in a folder that came with files", covers: "filters", files: map[string]string{"../made/deep/a.go": "// a\n"}, steps: []step{started, move("../made", "made"), built, rebuilds("made/deep/a.go")}, differs: "files in new folders"},
		{name: "a folder that goes", covers: "filters", files: map[string]string{"pkg/deep/a.go": "// a\n"}, steps: []step{started, move("pkg", "../gone"), built}, differs: "folders that are moved"},
		{name: "a folder that is removed", covers: "filters", files: some, steps: []step{started, remove("pkg"), built}},
		{name: "a time alone is nothing", covers: "filters unchanged", steps: []step{started, does("set a time", func(dir string) error {
			return os.Chtimes(filepath.Join(dir, "main.go"), time.Time{}, time.Unix(1, 0))
		}), reloads, times(2, "^forge")}},
		{name: "the same content", covers: "unchanged", files: some, build: "exclude_unchanged = true\n", steps: []step{started, save("pkg/a.go", "// a\n"), reloads, times(2, "^forge")}},
		{name: "the same content, without being asked", covers: "unchanged", files: map[string]string{"a.go": "// a\n"}, steps: []step{started, save("a.go", "// a\n"), quietAbout("a.go")}, differs: "exclude_unchanged"},
		{name: "emptied is changed", covers: "unchanged", files: some, build: "exclude_unchanged = true\n", steps: []step{started, save("pkg/a.go", ""), built}},
		{name: "truncated and written again", covers: "unchanged", files: some, build: "exclude_unchanged = true\n", steps: []step{started, inPlace("pkg/a.go", "// a\n"), reloads, times(2, "^forge")}},
		{name: "included folders, and one outside", covers: "include-dir outside-root", build: "include_dir = [\"api\", \"../lib\", \"../missing\"]\ninclude_file = [\"main.go\"]\n",
			files: map[string]string{"api/a.go": "", "web/b.go": "", "../lib/c.go": ""}, steps: []step{started, ignores("web/b.go"), rebuilds("api/a.go", "../lib/c.go")}},
		{name: "an included file that is saved again and again", covers: "filters", build: "include_file = [\"conf/app.ini\"]\n", files: map[string]string{"conf/app.ini": "a\n"}, steps: []step{started, rebuilds("conf/app.ini"), rebuilds("conf/app.ini"), rebuilds("conf/app.ini")}},
		{name: ".env that is included", covers: "T13 env-files", build: "include_file = [\".env\"]\n", files: map[string]string{".env": "A=1\n"}, steps: []step{started, rebuilds(".env")}},
		{name: "folders behind links", covers: "symlinks", build: "follow_symlink = true\n", files: map[string]string{"../lib/deep/a.go": "// a\n", "lib": "-> ../lib"}, steps: []step{started, rebuilds("lib/deep/a.go")}, differs: "follow_symlink"},
		{name: "links are not followed unasked", covers: "symlinks", files: map[string]string{"../lib/deep/a.go": "// a\n", "lib": "-> ../lib"}, steps: []step{started, ignores("lib/deep/a.go")}},
		{name: "a link that leads back", covers: "symlinks", build: "follow_symlink = true\n", files: map[string]string{"pkg/a.go": "", "pkg/up": "-> .."}, steps: []step{started, reloads}},
		{name: "polling", covers: "poll", slow: true, build: "poll = true\npoll_interval = 500\n", files: some, steps: []step{started, reloads, rebuilds("pkg/a.go")}},
		{name: "polling does not build for nothing", covers: "poll", slow: true, build: "poll = true\n", files: some, steps: []step{started, touch("README.md"), reloads, times(2, "^forge")}},
		{name: "tmp_dir with sources", covers: "always-excluded", build: "exclude_dir = []\n", files: map[string]string{"tmp/a.go": "", "testdata/b.go": "", ".git/c.go": ""}, steps: []step{started, ignores("tmp/a.go", "testdata/b.go", ".git/c.go")}},
		{name: "the watched log of the build is nothing", covers: "always-excluded", build: "include_ext = [\"go\", \"log\"]\n", steps: []step{started, writes("v2"), serves("v2"), ignoresNow("tmp/build-errors.log")}},
		{name: "several saves are one build", covers: "delay delay-ceiling", files: map[string]string{"a.go": "", "b.go": "", "c.go": ""}, build: "delay = 300\n",
			steps: []step{started, does("save four files", func(dir string) error {
				for _, name := range []string{"a.go", "b.go", "c.go"} {
					if err := os.WriteFile(filepath.Join(dir, name), []byte("// x\n"), 0o644); err != nil {
						return err
					}
				}
				return os.WriteFile(filepath.Join(dir, "main.go"), []byte(program("v2")), 0o644)
			}), serves("v2"), times(2, "^forge")}},
		{name: "delay is the most, not the least", covers: "delay-ceiling T1 T23", build: "delay = 3000\n", steps: []step{started, within(2*time.Second, starts)}, differs: "delay"},
		{name: "delay = 0", covers: "zeros T1", build: "delay = 0\n", steps: []step{started, within(900*time.Millisecond, starts)}, differs: "honoured zeros"},
	}
}

// inPlace saves as an editor does that truncates.
func inPlace(name, text string) step {
	return does("write "+name+" in place", func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644) })
}

// quietAbout says that the change before has no effect: the next one has.
func quietAbout(name string) step {
	return step{"nothing because of " + name, func(s *scene) error {
		mark := s.mark
		if err := reloads.do(s); err != nil {
			return err
		}
		if s.named(s.log.since(mark), name) {
			return errLed(name)
		}
		return nil
	}}
}

// ignoresNow is ignores for a file that goes on after other versions.
func ignoresNow(names ...string) step {
	return step{"ignore", func(s *scene) error {
		s.version = 2
		return ignores(names...).do(s)
	}}
}

// within says that the fastest of three takes no longer, which is shorter than
// Air sleeps. Only a comparison with Air looks at the clock: how long a busy
// machine takes for it says nothing, and watcher has tests of its windows in
// which the time is made up.
func within(limit time.Duration, st step) step {
	return step{st.what + " within " + limit.String(), func(s *scene) error {
		if os.Getenv("AIR") == "" {
			return st.do(s)
		}
		var fastest time.Duration
		for i := range 3 {
			begun := time.Now()
			if err := st.do(s); err != nil {
				return err
			}
			if took := time.Since(begun); i == 0 || took < fastest {
				fastest = took
			}
			if fastest <= limit {
				return nil
			}
		}
		return fmt.Errorf("it took %v", fastest)
	}}
}
