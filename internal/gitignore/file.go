package gitignore

import "strings"

// file is what one file says.
type file struct {
	path  string
	rules []rule
}

func parseFile(path, text string) file {
	f := file{path: path}
	text = strings.TrimPrefix(text, "\ufeff")
	for i, line := range strings.Split(text, "\n") {
		if r, ok := parse(line, i+1); ok {
			f.rules = append(f.rules, r)
		}
	}
	return f
}

// find returns the rule that decides about a path below the file's folder, nil
// if none does: the last one that matches.
func (f *file) find(path string, folder bool) *rule {
	name := path[strings.LastIndexByte(path, '/')+1:]
	for i := len(f.rules) - 1; i >= 0; i-- {
		if r := &f.rules[i]; r.matches(path, name, folder) {
			return r
		}
	}
	return nil
}
