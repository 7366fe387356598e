package suite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// listFields are those of listed.
const listFields = "ImportPath,Dir,ForTest,Deps,TestGoFiles,XTestGoFiles"

// listed is a package as go list -test prints it: the package, its variants for
// tests, and the program that go test makes, whose name ends in .test.
type listed struct {
	ImportPath, Dir, ForTest  string
	Deps                      []string
	TestGoFiles, XTestGoFiles []string
}

func decode(r io.Reader) ([]listed, error) {
	var all []listed
	for d := json.NewDecoder(r); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("read what go list printed: %w", err)
		}
		all = append(all, p)
	}
}

// affected returns the import paths of the packages whose tests a change of the
// files, absolute paths, may break, in order.
func affected(all []listed, files []string) []string {
	byDir, tested := map[string]string{}, map[string]bool{}
	for _, p := range all {
		if p.ForTest != "" || strings.HasSuffix(p.ImportPath, ".test") {
			continue
		}
		byDir[p.Dir] = p.ImportPath
		tested[p.ImportPath] = len(p.TestGoFiles)+len(p.XTestGoFiles) > 0
	}
	changed, everything := map[string]bool{}, false
	for _, file := range files {
		if owner := owner(byDir, file); owner != "" {
			changed[owner] = true
		} else {
			everything = true
		}
	}
	var found []string
	for path, has := range tested {
		if has && (everything || changed[path]) {
			found = append(found, path)
		}
	}
	for _, p := range all {
		path, program := strings.CutSuffix(p.ImportPath, ".test")
		if program && tested[path] && slices.ContainsFunc(p.Deps, func(dep string) bool { return changed[plain(dep)] }) {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// owner returns the package that a file belongs to, "" for none.
func owner(byDir map[string]string, file string) string {
	switch filepath.Base(file) {
	case "go.mod", "go.sum", "go.work", "go.work.sum":
		return ""
	}
	for dir := filepath.Dir(file); ; dir = filepath.Dir(dir) {
		if path, ok := byDir[dir]; ok {
			return path
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// plain takes from a variant, "a/b [a/b.test]", what it is a variant of.
func plain(path string) string {
	path, _, _ = strings.Cut(path, " [")
	return strings.TrimSuffix(path, "_test")
}
