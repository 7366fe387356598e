package direct

import (
	"path/filepath"
	"strings"
)

// doubtful tells whether the compiler speaks of something else than code.
func doubtful(output string) bool {
	for _, sign := range []string{"could not import", "internal compiler error", "compile: ", "open ", "panic: "} {
		if strings.Contains(output, sign) {
			return true
		}
	}
	return output == ""
}

// report is what the go command prints of what a tool has printed about a
// package: with a headline, and with paths from cwd where these are shorter.
func report(cwd string, n *node, output string) string {
	if !strings.HasSuffix(output, "\n") {
		output += "\n"
	}
	for dir := n.dir; ; dir = filepath.Dir(dir) {
		if rel, err := filepath.Rel(cwd, dir); err == nil && len(rel) < len(dir) {
			output = shorten(output, dir, rel)
		}
		if dir == filepath.Dir(dir) {
			return "# " + n.path + "\n" + output
		}
	}
}

// shorten replaces a path where a word begins with it.
func shorten(text, path, short string) string {
	for _, before := range []string{" ", "\n", "\n\t"} {
		text = strings.ReplaceAll(text, before+path, before+short)
	}
	if rest, ok := strings.CutPrefix(text, path); ok {
		text = short + rest
	}
	return text
}
