package graph

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what a file is to the program.
type Kind string

// Kinds.
const (
	GoFile   Kind = "Go file"
	Cgo      Kind = "Go file with C"
	Source   Kind = "C file" // and C++, Objective-C, Fortran, SWIG
	Header   Kind = "header"
	Assembly Kind = "file of assembly"
	Object   Kind = "system object"
	Embedded Kind = "embedded file"
	Module   Kind = "module file"    // go.mod, go.sum, go.work, go.work.sum, vendor/modules.txt
	Profile  Kind = "profile"        // for the compiler, default.pgo
	Test     Kind = "test"           // only with Query.Tests
	TestData Kind = "file for tests" // the same
)

// Input is a file that the program is made of.
type Input struct {
	Kind    Kind
	Package string   // its import path; of a module file, what it is of
	Chain   []string // import paths from what was asked for to Package; none for module files
}

// Input reports whether a file is one of those that the program is made of, or
// would be if it came. The path is absolute; links in it make no difference.
// What build constraints say is looked up in the file as it is now.
func (g *Graph) Input(path string) (Input, bool) {
	path = filepath.Clean(path)
	in, _, ok := g.find(path)
	return in, ok
}

// find looks for a path, and then for the same without links. What else it
// returns is the package in whose folder a file is that does not count.
func (g *Graph) find(path string) (Input, *pkg, bool) {
	in, beside, ok := g.look(path)
	if ok {
		return in, nil, true
	}
	if resolved := filepath.Join(g.unlinked(filepath.Dir(path)), filepath.Base(path)); resolved != path {
		if in, other, ok := g.look(resolved); ok || beside == nil {
			return in, other, ok
		}
	}
	return Input{}, beside, false
}

// unlinked returns a folder without links in its path. It asks once: of another
// link Altered is told.
func (g *Graph) unlinked(dir string) string {
	if known, ok := g.resolved.Load(dir); ok {
		return known.(string)
	}
	resolved := resolve(dir)
	g.resolved.Store(dir, resolved)
	return resolved
}

func (g *Graph) look(path string) (in Input, beside *pkg, ok bool) {
	if of, ok := g.moduleFile(path); ok {
		return Input{Kind: Module, Package: of}, nil, true
	}
	if p := g.profiles[path]; p != nil {
		return g.input(Profile, p), nil, true
	}
	dir, name := filepath.Split(path)
	for _, p := range g.folders[filepath.Clean(dir)] {
		if kind, ok := g.compiles(p, name); ok {
			return g.input(kind, p), nil, true
		}
		beside = p
	}
	if link, ok := g.links[path]; ok && link != path {
		if in, _, ok := g.look(link); ok {
			return in, nil, true
		}
	}
	if in, ok := g.embeds(path); ok {
		return in, nil, true
	}
	return Input{}, beside, false
}

func (g *Graph) input(kind Kind, p *pkg) Input {
	return Input{Kind: kind, Package: p.path, Chain: p.chain()}
}

// chain is the shortest way of imports to the package.
func (p *pkg) chain() []string {
	var chain []string
	for ; p != nil; p = p.importer {
		chain = append(chain, p.path)
	}
	slices.Reverse(chain)
	return chain
}

// compiles reports whether a file in the folder of a package is compiled with
// it. What was, counts whatever is said in it now.
func (g *Graph) compiles(p *pkg, name string) (Kind, bool) {
	if kind, ok := p.files[name]; ok {
		return kind, true
	}
	kind, ok := kindOf(name)
	if !ok || p.only != nil && !slices.Contains(p.only, name) {
		return "", false
	}
	if strings.HasSuffix(name, "_test.go") {
		return Test, g.query.Tests && p.asked && g.matches(p.dir, name)
	}
	return kind, g.matches(p.dir, name)
}

// kindOf is what a file of that name would be.
func kindOf(name string) (Kind, bool) {
	switch filepath.Ext(name) {
	case ".go":
		return GoFile, true
	case ".c", ".cc", ".cpp", ".cxx", ".m", ".f", ".F", ".for", ".f90", ".swig", ".swigcxx":
		return Source, true
	case ".h", ".hh", ".hpp", ".hxx":
		return Header, true
	case ".s", ".S", ".sx":
		return Assembly, true
	case ".syso":
		return Object, true
	}
	return "", false
}

// matches reports whether the build constraints of a file let it in. If there is
// none, or none that can be read, only those in its name are known.
func (g *Graph) matches(dir, name string) bool {
	ok, err := g.context.MatchFile(dir, name)
	if err != nil {
		return matchesByName(g.context, dir, name)
	}
	return ok && !(strings.HasSuffix(name, ".go") && !g.context.CgoEnabled && importsC(filepath.Join(dir, name)))
}

func matchesByName(c build.Context, dir, name string) bool {
	c.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package p\n")), nil
	}
	ok, err := c.MatchFile(dir, name)
	return ok || err != nil
}

func importsC(file string) bool {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	return err == nil && slices.ContainsFunc(parsed.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"C"` })
}

// profile notes the file with the profile that the program is compiled by.
func (g *Graph) profile(flags []string) {
	switch file := valueOf(flags, "pgo"); file {
	case "off":
	case "", "auto":
		for _, p := range g.roots {
			g.profiles[filepath.Join(p.dir, "default.pgo")] = p
			g.profiles[filepath.Join(resolve(p.dir), "default.pgo")] = p
		}
	default:
		g.profiles[absolute(g.query.Dir, file)] = g.roots[0]
	}
}

// linksIn are the files of a folder that are links, with where they lead.
func linksIn(dir string) map[string]string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	links := make(map[string]string)
	for _, e := range entries {
		if e.Type()&os.ModeSymlink == 0 {
			continue
		}
		if target, err := filepath.EvalSymlinks(filepath.Join(dir, e.Name())); err == nil {
			links[e.Name()] = target
		}
	}
	return links
}
