package graph

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// modules are the files that say which packages there are.
type modules struct {
	files map[string]string // whether they are there or not, with what each is of
}

// newModules finds them. What is required of a module that has no package in
// the program counts, too, if it is the user's: it decides about versions.
func newModules(s settings, flags []string, all []listed) modules {
	m := modules{files: make(map[string]string)}
	mains := make(map[string]bool)
	if s.GOMOD != "" && s.GOMOD != os.DevNull {
		mains[filepath.Dir(s.GOMOD)] = true
	}
	for _, l := range all {
		switch {
		case l.Module == nil || l.Module.GoMod == "" || within(l.Module.GoMod, s.GOMODCACHE):
		case l.Module.Main:
			mains[filepath.Dir(l.Module.GoMod)] = true
		default:
			m.add(l.Module.GoMod, l.Module.Path)
		}
	}
	if s.GOWORK != "" && s.GOWORK != "off" {
		m.addWork(s.GOWORK, mains)
	}
	for dir := range mains {
		m.addMain(dir)
	}
	if file := valueOf(flags, "modfile"); file != "" {
		if !filepath.IsAbs(file) && s.GOMOD != "" {
			file = filepath.Join(filepath.Dir(s.GOMOD), file)
		}
		m.add(file, "-modfile")
		m.add(strings.TrimSuffix(file, ".mod")+".sum", "-modfile")
	}
	return m
}

// add notes a file also under its path without links.
func (m modules) add(file, of string) {
	file = filepath.Clean(file)
	m.files[file] = of
	m.files[filepath.Join(resolve(filepath.Dir(file)), filepath.Base(file))] = of
}

func (m modules) addWork(work string, mains map[string]bool) {
	dir := filepath.Dir(work)
	m.add(work, "the workspace")
	m.add(work+".sum", "the workspace")
	m.add(filepath.Join(dir, "vendor", "modules.txt"), "the workspace")
	text, err := os.ReadFile(work)
	if err != nil {
		return
	}
	parsed, err := modfile.ParseWork(work, text, nil)
	if err != nil {
		return
	}
	for _, use := range parsed.Use {
		mains[absolute(dir, use.Path)] = true
	}
	m.addReplaced(dir, parsed.Replace)
}

func (m modules) addMain(dir string) {
	file := filepath.Join(dir, "go.mod")
	of := "the module in " + dir
	text, err := os.ReadFile(file)
	if err == nil {
		if parsed, err := modfile.ParseLax(file, text, nil); err == nil && parsed.Module != nil {
			of = parsed.Module.Mod.Path
		}
		// ParseLax knows no replace.
		if parsed, err := modfile.Parse(file, text, nil); err == nil {
			m.addReplaced(dir, parsed.Replace)
		}
	}
	m.add(file, of)
	m.add(filepath.Join(dir, "go.sum"), of)
	m.add(filepath.Join(dir, "vendor", "modules.txt"), of)
}

func (m modules) addReplaced(dir string, replaced []*modfile.Replace) {
	for _, r := range replaced {
		if r.New.Version == "" {
			m.add(filepath.Join(absolute(dir, r.New.Path), "go.mod"), r.Old.Path)
		}
	}
}

func absolute(dir, path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Clean(path)
}

// moduleFile reports whether the file is one that decides about modules, or
// would if it came: a go.mod above a package cuts it off from its module, a
// go.work above the folder of the build begins a workspace.
func (g *Graph) moduleFile(path string) (of string, ok bool) {
	if of, ok := g.modules.files[path]; ok {
		return of, true
	}
	dir := filepath.Dir(path)
	switch filepath.Base(path) {
	case "go.work", "go.work.sum":
		ok = within(g.query.Dir, dir) || within(resolve(g.query.Dir), dir)
	case "go.mod":
		ok = within(g.query.Dir, dir) || g.above(dir)
	}
	return "", ok
}

// above reports whether one of the user's own packages is in the folder or below.
func (g *Graph) above(dir string) bool {
	for folder := range g.folders {
		if within(folder, dir) {
			return true
		}
	}
	return false
}
