package watcher

import (
	"iter"
	"path/filepath"
	"slices"
	"strings"
)

// known is what is known of every file, by folder. A tree has so many files that
// what is kept of each counts: the folder's path is there once, and the names lie
// side by side, sorted.
type known struct {
	folders map[string][]item
}

type item struct {
	name  string
	print fingerprint
}

func (k known) of(path string) (print fingerprint, ok bool) {
	dir, name := split(path)
	items := k.folders[dir]
	if i, ok := find(items, name); ok {
		return items[i].print, true
	}
	return fingerprint{}, false
}

func (k known) set(path string, print fingerprint) {
	dir, name := split(path)
	items, ok := k.folders[dir]
	if !ok {
		dir = strings.Clone(dir) // or else all of the path is kept
	}
	i, ok := find(items, name)
	if ok {
		items[i].print = print
		return
	}
	k.folders[dir] = slices.Insert(items, i, item{strings.Clone(name), print})
}

// fill takes files of a folder as known of which nothing else is.
func (k known) fill(dir string, names []string) {
	items := make([]item, 0, len(names))
	for _, name := range names {
		items = append(items, item{name, fingerprint{state: unsure}})
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	k.folders[dir] = items
}

func (k known) forget(path string) {
	dir, name := split(path)
	items := k.folders[dir]
	i, ok := find(items, name)
	if !ok {
		return
	}
	if items = slices.Delete(items, i, i+1); len(items) > 0 {
		k.folders[dir] = items
	} else {
		delete(k.folders, dir)
	}
}

// in returns the paths of the files in a folder. They may be forgotten meanwhile.
func (k known) in(dir string) (paths []string) {
	for _, f := range k.folders[dir] {
		paths = append(paths, join(dir, f.name))
	}
	return paths
}

func (k known) all() iter.Seq2[string, fingerprint] {
	return func(yield func(string, fingerprint) bool) {
		for dir, items := range k.folders {
			for _, f := range items {
				if !yield(join(dir, f.name), f.print) {
					return
				}
			}
		}
	}
}

func find(items []item, name string) (int, bool) {
	return slices.BinarySearchFunc(items, name, func(f item, name string) int { return strings.Compare(f.name, name) })
}

// split is filepath.Split for a clean path, without the separator unless it is all.
func split(path string) (dir, name string) {
	i := strings.LastIndexByte(path, filepath.Separator)
	if dir = path[:i]; dir == filepath.VolumeName(path) {
		dir = path[:i+1]
	}
	return dir, path[i+1:]
}

// join is filepath.Join for a clean folder and one name, which costs a third.
func join(dir, name string) string {
	if dir[len(dir)-1] == filepath.Separator {
		return dir + name
	}
	return dir + string(filepath.Separator) + name
}
