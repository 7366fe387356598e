package ignore

import (
	"go/build"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// embeds knows the //go:embed patterns of folders. A directive takes in what lies
// in its own folder or below, so only the folders above a path can embed it.
type embeds struct {
	root string

	mu       *sync.Mutex
	patterns map[string][]pattern // by folder
}

// pattern is one of a directive, by its parts.
type pattern []string

func newEmbeds(root string) embeds {
	return embeds{root: root, mu: new(sync.Mutex), patterns: make(map[string][]pattern)}
}

// hasty is how many folders are read for the sake of an answer that is only to
// save work. Files that git ignores lie in few folders as a rule.
const hasty = 50

// mayTake is take, but after hasty folders it says yes where it would have to read
// one more.
func (e embeds) mayTake(file string) bool { return e.ask(file, false, hasty) }

// take reports whether a file is embedded, or something in a folder may be.
func (e embeds) take(path string, folder bool) bool { return e.ask(path, folder, math.MaxInt) }

func (e embeds) ask(file string, folder bool, limit int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		patterns, known := e.patterns[dir]
		if !known && len(e.patterns) >= limit {
			return true
		}
		if !known {
			patterns = directives(dir)
			e.patterns[dir] = patterns
		}
		if len(patterns) > 0 {
			parts := strings.Split(filepath.ToSlash(strings.TrimPrefix(file[len(dir):], string(filepath.Separator))), "/")
			if slices.ContainsFunc(patterns, func(p pattern) bool { return p.takes(parts, folder) }) {
				return true
			}
		}
		if dir == e.root || dir == filepath.Dir(dir) || isModule(dir) {
			return false
		}
	}
}

// takes compares as many parts as both have: a pattern that names a folder takes
// in all below, and on the way to what it names a folder holds some of it.
func (p pattern) takes(parts []string, folder bool) bool {
	if len(parts) < len(p) && !folder {
		return false
	}
	for i := range min(len(parts), len(p)) {
		if matched, err := path.Match(p[i], parts[i]); err != nil || !matched {
			return false
		}
	}
	return true
}

// changed reads the directives of a folder again, if they were ever needed, and
// reports whether they are others now.
func (e embeds) changed(dir string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	before, ok := e.patterns[dir]
	if !ok {
		return false
	}
	e.patterns[dir] = directives(dir)
	return !slices.EqualFunc(before, e.patterns[dir], slices.Equal)
}

// directives returns the patterns of all Go files in a folder but tests, whatever
// they are built for. Files that do not parse have those that could be read.
func directives(dir string) []pattern {
	everything := build.Default
	everything.UseAllFiles, everything.CgoEnabled = true, true
	pkg, _ := everything.ImportDir(dir, 0)
	if pkg == nil {
		return nil
	}
	var patterns []pattern
	for _, p := range pkg.EmbedPatterns {
		patterns = append(patterns, strings.Split(strings.TrimPrefix(p, "all:"), "/"))
	}
	return patterns
}

func isModule(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, "go.mod"))
	return err == nil
}
