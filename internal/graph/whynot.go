package graph

import (
	"go/build/constraint"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WhyNot says why a file is no Input, in words that follow "it is".
func (g *Graph) WhyNot(path string) string {
	path = filepath.Clean(path)
	_, p, _ := g.find(path)
	name := filepath.Base(path)
	kind, compiled := kindOf(name)
	switch {
	case !compiled && moduleFileName(name):
		return "of a module of which the program has nothing"
	case !compiled:
		return "neither compiled nor embedded"
	case p == nil && within(path, g.context.GOROOT):
		return "part of the Go toolchain"
	case p == nil && kind == GoFile:
		return "in a package that the program does not import"
	case p == nil:
		return "in a folder without a package of the program"
	case strings.HasSuffix(name, "_test.go"):
		return "a test, which is no part of the program"
	case strings.HasPrefix(name, "_") || strings.HasPrefix(name, "."):
		return "left out by the go command: its name begins with " + name[:1]
	case p.only != nil && !slices.Contains(p.only, name):
		return "not one of the files that are named for the build"
	}
	return "left out by " + g.constraint(p.dir, name)
}

func moduleFileName(name string) bool {
	return name == "go.mod" || name == "go.sum" || name == "go.work" || name == "go.work.sum"
}

// constraint says what keeps a file out that is in the folder of a package.
func (g *Graph) constraint(dir, name string) string {
	if !matchesByName(g.context, dir, name) {
		return "its name: the build is for " + g.context.GOOS + "/" + g.context.GOARCH
	}
	text, _ := os.ReadFile(filepath.Join(dir, name))
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if constraint.IsGoBuild(line) {
			return line
		}
		if strings.HasPrefix(line, "package ") {
			break
		}
	}
	if !g.context.CgoEnabled {
		return "CGO_ENABLED=0, as it imports C"
	}
	return "a build constraint"
}
