package project

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree is what the names of the files below a folder tell. Paths have slashes
// and are relative to that folder.
type tree struct {
	goFolders []string // with Go files
	frontends []string // with a package.json, "." for the folder itself
	folders   []string // all
	css       []string
	templ     bool
	sqlc      bool // settings of sqlc, in the folder itself
	tailwind  bool // the same of Tailwind
	vendor    bool
}

// most is a limit for folders that are no project, such as a home folder.
const most = 50_000

func walk(dir string) tree {
	var t tree
	seen := 0
	filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if seen++; seen > most {
			return fs.SkipAll
		}
		if err != nil { // what cannot be read is passed over
			return nil
		}
		rel := relative(dir, file)
		if !d.IsDir() {
			t.see(rel)
			return nil
		}
		if rel == "." {
			return nil
		}
		switch name := d.Name(); {
		case rel == "vendor":
			t.vendor = true
			return fs.SkipDir
		case strings.HasPrefix(name, "."), rel == "tmp", rel == "testdata":
			return fs.SkipDir
		case name == "node_modules":
			t.folders = append(t.folders, rel)
			return fs.SkipDir
		}
		t.folders = append(t.folders, rel)
		return nil
	})
	return t
}

func (t *tree) see(file string) {
	folder, name := path.Dir(file), path.Base(file)
	switch ext := path.Ext(name); {
	case ext == ".go":
		if !slices.Contains(t.goFolders, folder) {
			t.goFolders = append(t.goFolders, folder)
		}
	case ext == ".templ":
		t.templ = true
	case ext == ".css":
		t.css = append(t.css, file)
	case name == "package.json":
		t.frontends = append(t.frontends, folder)
	case folder != ".":
	case name == "sqlc.yaml", name == "sqlc.yml", name == "sqlc.json":
		t.sqlc = true
	case strings.HasPrefix(name, "tailwind.config."):
		t.tailwind = true
	}
}

// foreign names the largest folders of frontends in which there is nothing that
// the program is made of. here and content are relative to what is watched.
func foreign(here string, t tree, content []string) []string {
	for _, folder := range t.goFolders {
		content = append(content, path.Join(here, folder, "a.go"))
	}
	free := func(folder string) bool {
		return !slices.ContainsFunc(content, func(file string) bool { return strings.HasPrefix(file, folder+"/") })
	}
	var found []string
	for _, frontend := range t.frontends {
		if whole := path.Join(here, frontend); frontend != "." && free(whole) {
			found = append(found, whole)
			continue
		}
		for _, folder := range t.folders {
			if path.Dir(folder) != frontend || frontend == "." && path.Base(folder) != "node_modules" {
				continue
			}
			if part := path.Join(here, folder); free(part) {
				found = append(found, part)
			}
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	return slices.DeleteFunc(found, func(folder string) bool {
		return slices.ContainsFunc(found, func(other string) bool { return strings.HasPrefix(folder, other+"/") })
	})
}

func readSmall(file string) string {
	if info, err := os.Stat(file); err != nil || info.Size() > 1<<20 {
		return ""
	}
	text, _ := os.ReadFile(file)
	return string(text)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
