package direct

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/parser"
	"go/token"
)

// A digest stands for content.
type digest [sha256.Size]byte

// headerOf is what the go command, and not the compiler, reads in a Go file:
// its package, what it imports, and the directives. It goes by lines, so that a
// directive inside of a string counts as one; that costs a go build and no more.
func headerOf(name string, text []byte) digest {
	h := sha256.New()
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil {
		// Whatever go build says about it, it has to be asked.
		fmt.Fprintf(h, "broken\n")
		h.Write(text)
		return digest(h.Sum(nil))
	}
	fmt.Fprintf(h, "package %s\n", file.Name.Name)
	for _, spec := range file.Imports {
		fmt.Fprintf(h, "import %s\n", spec.Path.Value)
	}
	for line := range bytes.Lines(text) {
		if i := bytes.Index(line, []byte("//go:")); i >= 0 && !harmless(line[i:]) {
			h.Write(line[i:])
		} else if bytes.Contains(line, []byte("+build")) {
			h.Write(line)
		}
	}
	return digest(h.Sum(nil))
}

// harmless directives are for the compiler alone, or for go generate.
func harmless(line []byte) bool {
	for _, name := range []string{"generate", "noinline", "nosplit", "noescape", "norace", "fix"} {
		if bytes.HasPrefix(line, []byte("//go:"+name)) {
			return true
		}
	}
	return false
}
