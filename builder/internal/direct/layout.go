package direct

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// lay makes nodes of the script: all that is known of the packages but where the
// cache has them.
func (r *Record) lay(s script) error {
	linkcfg := s.files[s.link.value("-importcfg")]
	paths := make(map[string]string) // folder in the script → import path
	for path, archive := range packageFiles(linkcfg) {
		paths[filepath.ToSlash(filepath.Dir(archive))] = path
	}
	r.link = s.link
	r.main = paths[strings.TrimSuffix(s.link.args[len(s.link.args)-1], "/_pkg_.a")]
	if r.main == "" || linkcfg == "" {
		return fmt.Errorf("%w: its link is not understood", ErrUnsupported)
	}
	nodes := make(map[string]*node)
	for _, c := range sorted(s, paths) {
		n, err := r.layNode(s, c, paths, nodes)
		if err != nil {
			return err
		}
		if n.path != "" && (n.own || len(n.imports) > 0) {
			nodes[n.path] = n
			r.nodes = append(r.nodes, n)
		}
	}
	if !slices.ContainsFunc(r.nodes, func(n *node) bool { return n.path == r.main }) {
		return fmt.Errorf("%w: the sources of %s cannot change", ErrUnsupported, r.main)
	}
	r.linkcfg = linkcfg
	return r.layLink()
}

func (r *Record) layNode(s script, c command, paths map[string]string, nodes map[string]*node) (*node, error) {
	for _, arg := range c.args {
		if strings.HasPrefix(arg, "-pgoprofile") || strings.HasPrefix(arg, "-coveragecfg") {
			return nil, fmt.Errorf("%w: the compiler is given %s", ErrUnsupported, arg)
		}
	}
	folder := c.folder()
	n := &node{path: paths[folder], folder: folder, importcfg: s.files[c.value("-importcfg")], embedcfg: s.files[c.value("-embedcfg")]}
	n.readCommand(c)
	if n.own = r.mayChange(n.dir); n.dir == "" {
		n.own = !slices.Contains(c.args, "-std") // all by cgo; go list is going to say where
	}
	for _, path := range importsOf(n.importcfg) {
		if other := nodes[path]; other != nil {
			n.imports = append(n.imports, other)
		}
	}
	return n, n.readEmbedded()
}

// mayChange tells whether sources in a folder are expected to.
func (r *Record) mayChange(dir string) bool {
	return !within(dir, r.goenv["GOROOT"]) && !within(dir, r.goenv["GOMODCACHE"])
}

// layLink checks that the link is one that can be done elsewhere.
func (r *Record) layLink() error {
	folder := strings.TrimSuffix(r.link.args[len(r.link.args)-1], "/_pkg_.a")
	if strange := r.link.in(folder, "").strange(); strange != "" {
		return fmt.Errorf("%w: the linker is given %s", ErrUnsupported, strange)
	}
	ids := 0
	for _, arg := range r.link.args {
		if strings.HasPrefix(arg, "-buildid") {
			ids++
		}
	}
	if ids != 1 || !slices.Contains(r.link.args, "-buildmode=exe") {
		return fmt.Errorf("%w: the linker makes something else than a program with a build ID", ErrUnsupported)
	}
	return nil
}

// sorted are the compiles of a script, each after those that it depends on, as go build runs them.
func sorted(s script, paths map[string]string) []command {
	byPath := make(map[string]command)
	for _, c := range s.compiles {
		byPath[paths[c.folder()]] = c
	}
	var order []command
	seen := make(map[string]bool)
	var visit func(path string)
	visit = func(path string) {
		c, ok := byPath[path]
		if !ok || seen[path] {
			return
		}
		seen[path] = true
		for _, other := range importsOf(s.files[c.value("-importcfg")]) {
			visit(other)
		}
		order = append(order, c)
	}
	for _, c := range s.compiles {
		visit(paths[c.folder()])
	}
	return order
}

// packageFiles reads an importcfg: import path → archive.
func packageFiles(importcfg string) map[string]string {
	files := make(map[string]string)
	for line := range strings.Lines(importcfg) {
		if entry, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "packagefile "); ok {
			path, archive, _ := strings.Cut(entry, "=")
			files[path] = archive
		}
	}
	return files
}

// importsOf lists the import paths of an importcfg.
func importsOf(importcfg string) []string { return slices.Sorted(maps.Keys(packageFiles(importcfg))) }

func within(path, dir string) bool {
	return dir != "" && strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}
