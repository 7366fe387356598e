package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
)

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestCleanOnExit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*config.Config, *made)
		before []string // files that are there at the start, below the folder of the project
		during []string // and those that are made or changed
		left   []string // of all of them
		tmp    bool     // tmp_dir is left
	}{
		{name: "made here", during: []string{"tmp/main", "tmp/build-errors.log"}},
		{name: "not asked for", change: func(c *config.Config, _ *made) { c.CleanOnExit = false },
			during: []string{"tmp/main"}, left: []string{"tmp/main"}, tmp: true},
		{name: "tmp was there", before: []string{"tmp/main"}, during: []string{"tmp/main"}},
		{name: "the program of the last time", before: []string{"tmp/main"}},
		{name: "somebody else's", during: []string{"tmp/main", "tmp/worker", "tmp/app.db"}, left: []string{"tmp/worker", "tmp/app.db"}, tmp: true},
		{name: "a folder in it", change: func(c *config.Config, m *made) { m.Output = filepath.Join(c.TmpDir, "a", "b", "main") },
			during: []string{"tmp/a/b/main"}},
		{name: "program outside", change: func(c *config.Config, m *made) { m.Output = filepath.Join(c.Dir, "bin", "main") },
			during: []string{"bin/main", "tmp/build-errors.log"}, left: []string{"bin/main"}},
		{name: "tmp_dir is the project", change: func(c *config.Config, m *made) { c.TmpDir = c.Dir },
			during: []string{"tmp/main"}, left: []string{"tmp/main"}, tmp: true},
		{name: "tmp_dir holds the project", change: func(c *config.Config, m *made) { c.TmpDir = filepath.Dir(c.Dir) },
			during: []string{"tmp/main"}, left: []string{"tmp/main"}, tmp: true},
		{name: "a script that nobody made", change: func(c *config.Config, m *made) { m.Shell = "make" },
			before: []string{"tmp/main"}, left: []string{"tmp/main"}, tmp: true},
		{name: "a program that the shell made", change: func(c *config.Config, m *made) { m.Shell = "make" }, during: []string{"tmp/main"}},
		{name: "nobody knows the program", change: func(c *config.Config, m *made) { m.Shell, m.Output = "make", "" },
			during: []string{"tmp/main"}, left: []string{"tmp/main"}, tmp: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := described(t, func(cfg *config.Config) {
				cfg.CleanOnExit, cfg.BuildLog = true, filepath.Join(cfg.TmpDir, "build-errors.log")
			})
			m := made{Recipe: builder.Recipe{Output: filepath.Join(cfg.TmpDir, "main")}}
			if c.change != nil {
				c.change(&cfg, &m)
			}
			for _, name := range c.before {
				write(t, filepath.Join(cfg.Dir, name), "before")
			}
			clean := startCleaning(cfg, m)
			clean.scratch = filepath.Join(cfg.Dir, "tmp", ".ginreload-1")
			write(t, filepath.Join(clean.scratch, "seed"), "x")
			for _, name := range c.during {
				write(t, filepath.Join(cfg.Dir, name), "during")
			}
			clean.Clean()

			left := make(map[string]bool)
			for _, name := range c.left {
				left[name] = true
			}
			for _, name := range append(c.before, c.during...) {
				if got := there(filepath.Join(cfg.Dir, name)); got != left[name] {
					t.Errorf("%s is left: %v", name, got)
				}
			}
			if got := there(filepath.Join(cfg.Dir, "tmp")); got != c.tmp || there(clean.scratch) {
				t.Errorf("left: tmp_dir %v, scratch %v", got, there(clean.scratch))
			}
		})
	}
}

// The folder of the project is often reached through a link, and the paths of
// the configuration are only partly resolved.
func TestCleanOnExitThroughALink(t *testing.T) {
	t.Parallel()
	cfg := described(t, func(cfg *config.Config) { cfg.CleanOnExit = true })
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(cfg.Dir, link); err != nil {
		t.Skip(err)
	}
	m := made{Recipe: builder.Recipe{Output: filepath.Join(link, "tmp", "main")}}
	clean := startCleaning(cfg, m)
	write(t, m.Output, "x")
	clean.Clean()
	if there(cfg.TmpDir) || !there(link) {
		t.Errorf("left: tmp_dir %v, link %v", there(cfg.TmpDir), there(link))
	}

	// A link is not the folder that it leads to.
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, cfg.TmpDir); err != nil {
		t.Fatal(err)
	}
	clean = startCleaning(cfg, m)
	write(t, filepath.Join(elsewhere, "main"), "x")
	clean.Clean()
	if there(filepath.Join(elsewhere, "main")) != true || !there(elsewhere) || !there(cfg.TmpDir) {
		t.Error("something behind the link was removed")
	}
}

func TestBuildLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := &buildLog{path: filepath.Join(dir, "logs", "errors.log")}
	for _, c := range []struct {
		outcome event.Outcome
		text    string
		want    string // "" for no file
	}{
		{event.Built, "warning", ""},
		{event.Failed, "a long error\n", "a long error\n"},
		{event.Failed, "short\n", "short\n"},
		{event.Canceled, "half", "short\n"},
		{event.Same, "", ""},
		{event.Broken, "no go\n", "no go\n"},
		{event.Built, "", ""},
	} {
		if err := l.keep(c.outcome, c.text); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(l.path); string(got) != c.want || there(l.path) != (c.want != "") {
			t.Errorf("after %s: %q, want %q", c.outcome, got, c.want)
		}
	}

	write(t, filepath.Join(dir, "file"), "x")
	l = &buildLog{path: filepath.Join(dir, "file", "errors.log")}
	if err := l.keep(event.Failed, "x"); err == nil {
		t.Error("a file in the way is not told")
	}
	if err := l.keep(event.Failed, "x"); err != nil {
		t.Errorf("told twice: %v", err)
	}
	l = &buildLog{path: dir}
	if err := l.keep(event.Built, ""); err != nil || !there(dir) {
		t.Errorf("a folder in its place: %v", err)
	}
	if err := (&buildLog{}).keep(event.Failed, "x"); err != nil {
		t.Error(err)
	}
}
