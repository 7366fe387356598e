package graph

import (
	"maps"
	"slices"
)

// Affected returns the import paths of the user's packages that are compiled
// anew after a change of these files, in order; with Query.Tests, those of the
// packages that were asked for and whose tests may come out differently. A
// module file reaches all of them, and so does anything after which the Graph
// is not right any more, see Altered.
func (g *Graph) Affected(paths []string) []string {
	reached, tested := make(map[*pkg]bool), make(map[*pkg]bool)
	for _, path := range paths {
		in, ok := g.Input(path)
		p := g.packages[in.Package]
		switch {
		case !ok:
		case in.Kind == Module || p == nil:
			return g.names(func(*pkg) bool { return true })
		case in.Kind == Test || in.Kind == TestData:
			tested[p] = true
		default:
			reached[p] = true
		}
	}
	importers := g.importers()
	for todo := slices.Collect(maps.Keys(reached)); len(todo) > 0; {
		p := todo[0]
		todo = todo[1:]
		for _, importer := range importers[p.path] {
			if !reached[importer] {
				reached[importer] = true
				todo = append(todo, importer)
			}
		}
	}
	return g.names(func(p *pkg) bool {
		return reached[p] || tested[p] || slices.ContainsFunc(p.testImports, func(path string) bool { return reached[g.packages[path]] })
	})
}

// names are the import paths of the packages that Affected speaks of.
func (g *Graph) names(which func(*pkg) bool) []string {
	var paths []string
	for path, p := range g.packages {
		if p.own && (p.asked || !g.query.Tests) && which(p) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (g *Graph) importers() map[string][]*pkg {
	importers := make(map[string][]*pkg)
	for _, p := range g.packages {
		for _, path := range p.imports {
			importers[path] = append(importers[path], p)
		}
	}
	return importers
}
