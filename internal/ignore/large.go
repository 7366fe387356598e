package ignore

import (
	"os"
	"path/filepath"
	"strings"
)

const (
	// small is how many files and folders are watched without asking what they are.
	small = 1000
	// most is how many are looked at to find one that counts.
	most = 20_000
)

// large reports whether there is much in a folder, and nothing that counts as far
// as was looked. It looks at the upper folders first: code lies higher than data.
func (i *Ignore) large(folder string) bool {
	seen := 0
	for todo := []string{folder}; len(todo) > 0; todo = todo[1:] {
		entries, _ := os.ReadDir(todo[0]) // what cannot be read holds nothing
		for _, e := range entries {
			if seen++; seen > most {
				return true
			}
			path := filepath.Join(todo[0], e.Name())
			switch {
			case !e.IsDir():
				if i.Counts(path) {
					return false
				}
			case !strings.HasPrefix(e.Name(), ".") && e.Name() != "node_modules":
				todo = append(todo, path)
			}
		}
	}
	return seen > small
}
