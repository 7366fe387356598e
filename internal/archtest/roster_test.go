package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const rosterFile = "docs/architecture.md"

var rosterLine = regexp.MustCompile("(?m)^\\| `([^` ]+\\.go)` \\|")

// Every goroutine has a line that says who ends and who joins it.
func TestRoster(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), rosterFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := make(map[string]int)
	for _, m := range rosterLine.FindAllStringSubmatch(string(text), -1) {
		lines[m[1]]++
	}
	for _, file := range sources(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root(t), file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		if n := started(parsed); n != lines[file] {
			t.Errorf("%s starts goroutines in %d places, the roster in %s has %d lines for it: one without an owner that joins it is a leak",
				file, n, rosterFile, lines[file])
		}
		delete(lines, file)
	}
	for file := range lines {
		t.Errorf("the roster in %s speaks of %s, which does not exist", rosterFile, file)
	}
}

// started counts go statements and calls of a method Go, which is that of
// sync.WaitGroup.
func started(file *ast.File) int {
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.GoStmt:
			n++
		case *ast.CallExpr:
			if s, ok := node.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Go" && len(node.Args) == 1 {
				n++
			}
		}
		return true
	})
	return n
}
