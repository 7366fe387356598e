package graph

import (
	"path"
	"path/filepath"
	"strings"
)

// embeds reports whether a pattern of a go:embed directive takes the file in,
// that of a package in its folder or in one above.
func (g *Graph) embeds(file string) (Input, bool) {
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		for _, p := range g.folders[dir] {
			rel, err := filepath.Rel(dir, file)
			if err == nil && embedded(p.embeds, filepath.ToSlash(rel)) {
				return g.input(Embedded, p), true
			}
			if g.query.Tests && p.asked && strings.HasPrefix(filepath.ToSlash(rel), "testdata/") {
				return g.input(TestData, p), true
			}
		}
		if dir == filepath.Dir(dir) {
			return Input{}, false
		}
	}
}

// embedded reports whether one of the patterns takes in a file, both relative to
// the folder of the package. A folder is taken in with all below it but what
// begins with a dot or an underscore, unless the pattern begins with all:. That
// other modules below are left out makes no difference: the one go.mod that
// there is tells.
func embedded(patterns []string, rel string) bool {
	parts := strings.Split(rel, "/")
	for _, pattern := range patterns {
		pattern, all := strings.CutPrefix(pattern, "all:")
		for n := range parts {
			if matched, err := path.Match(pattern, strings.Join(parts[:n+1], "/")); !matched || err != nil {
				continue
			}
			if all || !hidden(parts[n+1:]) {
				return true
			}
		}
		if pattern == "." && (all || !hidden(parts)) {
			return true
		}
	}
	return false
}

func hidden(parts []string) bool {
	for _, part := range parts {
		if strings.HasPrefix(part, ".") || strings.HasPrefix(part, "_") {
			return true
		}
	}
	return false
}
