package graph

import (
	"context"
	"errors"
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Query says which program, and how it is built.
type Query struct {
	Tool     string   // the go command
	Dir      string   // in which it runs; absolute
	Env      []string // that it sees
	Flags    []string // of go build, as the user gives them; without -o and -C
	Packages []string // of go build; none: that in Dir
	Tests    bool     // the tests of these packages are built, too
}

// ErrUncertain says that the go command is told to read other files than it
// says. There is no graph then.
var ErrUncertain = errors.New("what the program is made of cannot be known")

// Graph is what a program is made of.
type Graph struct {
	query    Query
	context  build.Context
	packages map[string]*pkg   // by import path, without those of the standard library
	folders  map[string][]*pkg // of the user's own packages; also by paths without links
	roots    []*pkg            // that were asked for
	modules  modules
	profiles map[string]*pkg // for the optimizer, whether they are there or not
	links    map[string]string
	embedded []string // files, links in their folders resolved
	resolved sync.Map // folders by folders, see unlinked
}

// pkg is a package.
type pkg struct {
	path, dir   string
	own         bool            // neither of the toolchain nor of the module cache
	asked       bool            // by the query, and not only imported
	only        []string        // the files that were named, nil: all of the folder
	files       map[string]Kind // that are compiled, by their names
	embeds      []string
	imports     []string // resolved
	testImports []string
	renamed     map[string]string // imports as they are written to what they are
	shape       string            // of what it is made, see Altered
	importer    *pkg              // on the shortest way from what was asked for
}

// Load asks the go command. It runs three times, one after the other, and ends
// with ctx. The error is ErrUncertain, or quotes what the command said.
func Load(ctx context.Context, q Query) (*Graph, error) {
	settings, err := q.settings(ctx)
	if err != nil {
		return nil, err
	}
	flags, err := q.flags(settings.GOFLAGS)
	if err != nil {
		return nil, err
	}
	g := &Graph{
		query: q, packages: make(map[string]*pkg), folders: make(map[string][]*pkg), links: make(map[string]string),
		profiles: make(map[string]*pkg),
	}
	if g.context, err = q.buildContext(ctx, flags); err != nil {
		return nil, err
	}
	listed, err := q.list(ctx, flags)
	if err != nil {
		return nil, err
	}
	g.modules = newModules(settings, flags, listed)
	for _, l := range listed {
		g.add(l, settings)
	}
	if len(g.roots) == 0 {
		return nil, fmt.Errorf("ask go list about %s: it names no package", strings.Join(q.Packages, " "))
	}
	g.connect()
	g.profile(flags)
	return g, nil
}

// add takes a package up. One that is compiled once more for a test has the same
// files, and those of the test itself are known from the package.
func (g *Graph) add(l listed, s settings) {
	path, _, _ := strings.Cut(l.ImportPath, " [")
	test := l.ForTest != "" && strings.TrimSuffix(path, "_test") == l.ForTest
	if l.Standard || l.generated() || test || g.packages[path] != nil {
		return
	}
	p := &pkg{path: path, dir: filepath.Clean(l.Dir), asked: !l.DepOnly, imports: l.imports(), renamed: l.ImportMap}
	p.own = !within(p.dir, s.GOMODCACHE) && !within(p.dir, s.GOROOT)
	g.packages[path] = p
	if p.asked {
		g.roots = append(g.roots, p)
	}
	if path == commandLine {
		p.only = named(g.query.Packages)
	}
	if g.query.Tests && p.asked {
		p.testImports = slices.Concat(l.TestImports, l.XTestImports)
	}
	if p.own {
		g.note(p, l)
	}
}

// commandLine is what go calls the package of files that are named one by one.
const commandLine = "command-line-arguments"

// note keeps what matters of the user's own packages only.
func (g *Graph) note(p *pkg, l listed) {
	tests := g.query.Tests && p.asked
	p.files, p.embeds, p.shape = l.files(tests), l.embeds(tests), l.shape(tests)
	resolved := resolve(p.dir)
	for _, dir := range slices.Compact([]string{p.dir, resolved}) {
		g.folders[dir] = append(g.folders[dir], p)
	}
	for _, file := range l.EmbedFiles {
		g.embedded = append(g.embedded, filepath.Join(resolved, filepath.FromSlash(file)))
	}
	for name, target := range linksIn(p.dir) {
		g.links[target] = filepath.Join(p.dir, name)
	}
}

// connect finds the shortest way to each package, in the order of the imports.
func (g *Graph) connect() {
	seen := make(map[*pkg]bool)
	var todo []*pkg
	reach := func(p, importer *pkg) {
		if p != nil && !seen[p] {
			seen[p], p.importer = true, importer
			todo = append(todo, p)
		}
	}
	for _, p := range g.roots {
		reach(p, nil)
	}
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		for _, path := range slices.Concat(p.imports, p.testImports) {
			reach(g.packages[path], p)
		}
	}
}

// Files returns the absolute paths of the files that the program is made of, links
// in their folders resolved, in order: without those of the toolchain and the
// module cache. Module files are among them even if they do not exist.
func (g *Graph) Files() []string {
	files := slices.Clone(g.embedded)
	for _, p := range g.packages {
		dir := resolve(p.dir)
		for name := range p.files {
			files = append(files, filepath.Join(dir, name))
		}
	}
	for target := range g.links {
		files = append(files, target)
	}
	for file := range g.modules.files {
		files = append(files, filepath.Join(resolve(filepath.Dir(file)), filepath.Base(file)))
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// Folders returns the folders of Files that exist, in order.
func (g *Graph) Folders() []string {
	var folders []string
	for _, file := range g.Files() {
		folders = append(folders, filepath.Dir(file))
	}
	slices.Sort(folders)
	return slices.DeleteFunc(slices.Compact(folders), func(dir string) bool { return !isFolder(dir) })
}

// Packages is of how many packages the program is made, without those of the
// standard library; own of these are the user's.
func (g *Graph) Packages() (all, own int) {
	for _, p := range g.packages {
		if p.own {
			own++
		}
	}
	return len(g.packages), own
}

func named(packages []string) []string {
	var names []string
	for _, file := range packages {
		names = append(names, filepath.Base(filepath.FromSlash(file)))
	}
	return names
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func resolve(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

func within(path, folder string) bool {
	if folder == "" {
		return false
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
