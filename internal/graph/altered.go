package graph

import (
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// manyFolders is from how many folders on it is not looked into each of them.
const manyFolders = 100

// Altered reports whether the program may be made of other files than the Graph
// says, now that these have changed: another import or go:embed directive, a
// file that came, went, or is let in by its constraints now, a module file. If
// not, the Graph is as good as one that is loaded now.
func (g *Graph) Altered(paths []string) bool {
	changed := make(map[*pkg]bool)
	for _, path := range paths {
		path = filepath.Clean(path)
		if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink != 0 {
			return true
		}
		switch in, beside, ok := g.find(path); {
		case ok && in.Kind == Module:
			return true
		case ok && g.packages[in.Package] != nil:
			if in.Kind != Embedded && in.Kind != TestData && in.Kind != Profile {
				changed[g.packages[in.Package]] = true
			}
		case beside != nil:
			changed[beside] = true // it may be let in by now
		case g.widens(path):
			return true
		}
		if len(changed) > manyFolders {
			return true
		}
	}
	for p := range changed {
		if g.shapeNow(p) != p.shape {
			return true
		}
	}
	return false
}

// widens reports whether a file may begin a package that the query takes in.
func (g *Graph) widens(path string) bool {
	return filepath.Ext(path) == ".go" && slices.ContainsFunc(g.query.Packages, func(pattern string) bool {
		return strings.Contains(pattern, "...")
	})
}

// shapeNow is that of the package on disk.
func (g *Graph) shapeNow(p *pkg) string {
	c := g.context
	if p.only != nil {
		c.ReadDir = func(dir string) ([]os.FileInfo, error) { return infos(dir, p.only) }
	}
	now, err := c.ImportDir(p.dir, 0)
	if err != nil {
		return ""
	}
	return listedOf(now, p.renamed).shape(g.query.Tests && p.asked)
}

func infos(dir string, names []string) ([]os.FileInfo, error) {
	var all []os.FileInfo
	for _, name := range names {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		all = append(all, info)
	}
	return all, nil
}

// listedOf is what go list would say of a package that go/build has read.
func listedOf(p *build.Package, renamed map[string]string) listed {
	l := listed{
		GoFiles: p.GoFiles, CgoFiles: p.CgoFiles, CFiles: p.CFiles, CXXFiles: p.CXXFiles, MFiles: p.MFiles, HFiles: p.HFiles,
		FFiles: p.FFiles, SFiles: p.SFiles, SwigFiles: p.SwigFiles, SwigCXXFiles: p.SwigCXXFiles, SysoFiles: p.SysoFiles,
		TestGoFiles: p.TestGoFiles, XTestGoFiles: p.XTestGoFiles,
		EmbedPatterns: p.EmbedPatterns, TestEmbedPatterns: p.TestEmbedPatterns, XTestEmbedPatterns: p.XTestEmbedPatterns,
	}
	resolved := func(paths []string) (all []string) {
		for _, path := range paths {
			if to, ok := renamed[path]; ok {
				path = to
			}
			all = append(all, path)
		}
		return all
	}
	l.Imports, l.TestImports, l.XTestImports = resolved(p.Imports), resolved(p.TestImports), resolved(p.XTestImports)
	return l
}

// shape is all that decides about the graph beyond the package, in one text.
func (l listed) shape(tests bool) string {
	lists := [][]string{
		l.GoFiles, l.CgoFiles, l.CFiles, l.CXXFiles, l.MFiles, l.HFiles, l.FFiles, l.SFiles, l.SwigFiles, l.SwigCXXFiles,
		l.SysoFiles, l.imports(), l.EmbedPatterns,
	}
	if tests {
		lists = append(lists, l.TestGoFiles, l.XTestGoFiles, l.TestImports, l.XTestImports, l.TestEmbedPatterns, l.XTestEmbedPatterns)
	}
	var b strings.Builder
	for _, list := range lists {
		list = slices.Clone(list)
		slices.Sort(list)
		b.WriteString(strings.Join(slices.Compact(list), "\x00") + "\n")
	}
	return b.String()
}
