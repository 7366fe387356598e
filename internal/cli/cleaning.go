package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/ginreload/ginreload/internal/config"
)

// cleaning is what is to be removed at the end. With clean_on_exit that is, in
// tmp_dir, the program and the build log, and then the folders that are empty
// without them, tmp_dir included. What else is in it was made by somebody else:
// the program's database, say, or another ginreload in the same folder.
type cleaning struct {
	scratch string // always removed
	tmp     string // "": nothing else is
	files   []string
	script  string      // one of files that was not made here unless it has changed
	before  os.FileInfo // script at the start
}

// startCleaning looks at what is there before anything is built.
func startCleaning(cfg config.Config, m made) *cleaning {
	c := &cleaning{}
	tmp := resolve(cfg.TmpDir)
	if !cfg.CleanOnExit || cfg.TmpDir == "" || inside(tmp, resolve(cfg.Root)) || inside(tmp, resolve(cfg.Dir)) {
		return c
	}
	c.tmp = tmp
	for _, file := range []string{m.Output, cfg.BuildLog} {
		if file = resolve(file); file != tmp && inside(tmp, file) {
			c.files = append(c.files, file)
		}
	}
	if m.Shell != "" {
		c.script = resolve(m.Output)
		c.before, _ = os.Lstat(c.script)
	}
	return c
}

// Clean removes it. What cannot be removed stays.
func (c *cleaning) Clean() {
	if c.scratch != "" {
		os.RemoveAll(c.scratch)
	}
	for _, file := range c.files {
		info, err := os.Lstat(file)
		if err != nil || !info.Mode().IsRegular() || file == c.script && unchanged(c.before, info) {
			continue
		}
		os.Remove(file)
		for dir := filepath.Dir(file); dir != c.tmp && inside(c.tmp, dir); dir = filepath.Dir(dir) {
			removeEmpty(dir)
		}
	}
	if c.tmp != "" {
		removeEmpty(c.tmp)
	}
}

// resolve returns path without links in the folders that lead to it, as far as
// they are there.
func resolve(path string) string {
	dir, name := filepath.Split(path)
	if dir = filepath.Clean(dir); path == "" || dir == path {
		return path
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return filepath.Join(real, name)
	}
	return filepath.Join(resolve(dir), name)
}

func unchanged(before, now os.FileInfo) bool {
	return before != nil && os.SameFile(before, now) && before.Size() == now.Size() && before.ModTime().Equal(now.ModTime())
}

// removeEmpty leaves links alone: where they lead is not ours.
func removeEmpty(dir string) {
	if info, err := os.Lstat(dir); err == nil && info.IsDir() {
		os.Remove(dir) // fails if something is in it
	}
}

// inside reports whether path is dir or lies in it.
func inside(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
