package ignore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/gitignore"
)

// Options are what Ignore cannot know. Paths are absolute and clean.
type Options struct {
	// Root is the folder that is watched, without links.
	Root string
	// Git answers for git; nil: nothing is left out on its behalf.
	Git *gitignore.Tree
	// Counts reports whether a change of the file matters although git ignores it.
	// It is asked about many files.
	Counts func(file string) bool
	// Names reports whether the configuration names a path at or below ignored,
	// which is the path itself or a folder above it. A folder on the way to what is
	// named counts as named.
	Names func(path, ignored string, folder bool) bool
}

// Ignore says what is left out.
type Ignore struct {
	Options
	embeds embeds
}

// New returns an Ignore that has not looked at anything yet.
func New(o Options) *Ignore { return &Ignore{Options: o, embeds: newEmbeds(o.Root)} }

// Left reports whether a folder is not to be entered, or a file is quiet. It is
// for whoever watches, and supposes that the folder above has been entered. Of a
// file it may say no where Why says otherwise: it is fast.
func (i *Ignore) Left(path string, folder bool) bool {
	if folder {
		return i.folder(path) != ""
	}
	return i.file(path, i.embeds.mayTake) != ""
}

// Why returns why a change of the file does not matter, "" if it may.
func (i *Ignore) Why(file string) string {
	if below, ok := strings.CutPrefix(filepath.Dir(file), i.Root+string(filepath.Separator)); ok {
		folder := i.Root
		for part := range strings.SplitSeq(below, string(filepath.Separator)) {
			folder = filepath.Join(folder, part)
			if why := i.folder(folder); why != "" {
				return why
			}
		}
	}
	return i.file(file, func(path string) bool { return i.embeds.take(path, false) })
}

func (i *Ignore) file(path string, embedded func(string) bool) string {
	m, ok := i.match(path, false)
	if !ok || i.Counts(path) || i.Names(path, m.Path, false) || embedded(path) {
		return ""
	}
	return i.because(m)
}

func (i *Ignore) folder(path string) string {
	m, ok := i.match(path, true)
	// Caches are ignored by git as a rule: that spares a look into each folder.
	if why := barren(path, ok || i.Git == nil); why != "" && !i.Names(path, path, true) {
		return why
	}
	// A folder within one that is ignored is asked about if that one was entered.
	if !ok || m.Path != path || i.Names(path, path, true) || i.embeds.take(path, true) || !i.large(path) {
		return ""
	}
	return i.because(m)
}

// match asks git, but not about what the root itself lies in: whoever works there
// has good reason to.
func (i *Ignore) match(path string, folder bool) (gitignore.Match, bool) {
	if i.Git == nil {
		return gitignore.Match{}, false
	}
	m, ok := i.Git.Match(path, folder)
	return m, ok && !strings.HasPrefix(i.Root+string(filepath.Separator), m.Path+string(filepath.Separator))
}

// because names the line, with a path as the user would write it.
func (i *Ignore) because(m gitignore.Match) string {
	if rel, err := filepath.Rel(i.Root, m.File); err == nil && !strings.HasPrefix(rel, "..") {
		m.File = filepath.ToSlash(rel)
	}
	return "git ignores it, " + m.String()
}

// signature is how a CACHEDIR.TAG begins, by https://bford.info/cachedir/.
const signature = "Signature: 8a477f597d28d172789f06886806bc55"

// barren returns by what a folder is certain to hold no sources, "" if it is not.
// It looks for the mark of a cache if that is likely.
func barren(folder string, likely bool) string {
	switch filepath.Base(folder) {
	case "__pycache__", "bower_components":
		return "folder " + filepath.Base(folder)
	case "venv", "env":
		if _, err := os.Lstat(filepath.Join(folder, "pyvenv.cfg")); err == nil {
			return "its pyvenv.cfg says that it is a Python environment"
		}
	}
	if !likely {
		return ""
	}
	if f, err := os.Open(filepath.Join(folder, "CACHEDIR.TAG")); err == nil {
		defer f.Close()
		text := make([]byte, len(signature))
		if n, _ := f.Read(text); string(text[:n]) == signature {
			return "its CACHEDIR.TAG says that it is a cache"
		}
	}
	return ""
}

// Files returns the files that git is told by and that a watcher of the root might
// not see, or leave out. They are to be watched, whether they exist or not.
func (i *Ignore) Files() []string {
	if i.Git == nil {
		return nil
	}
	return i.Git.Outer()
}

// Changed takes note of paths that have changed, and reports whether what was
// left out may not be any more, or the other way round.
func (i *Ignore) Changed(paths []string) bool {
	if i.Git == nil {
		return false
	}
	outer := i.Git.Outer()
	rules, directives := false, false
	for _, path := range paths {
		switch {
		case filepath.Base(path) == ".gitignore" || slices.Contains(outer, path):
			rules = true
		case filepath.Ext(path) == ".go":
			directives = i.embeds.changed(filepath.Dir(path)) || directives
		}
	}
	if rules {
		i.Git.Forget()
	}
	return rules || directives
}
