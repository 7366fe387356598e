package convert

import (
	"path"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// selection is which files a task is for, in the words of .air.toml. Its lists
// are complete after settle.
type selection struct {
	ext, dir, file                        []string
	excludeDir, excludeFile, excludeRegex []string

	everywhere bool     // a pattern for an extension holds in all folders
	all        bool     // every file counts
	whole      []string // every file in these folders does
	only       []string // nothing counts outside of these folders
}

// include adds what a pattern matches.
func (s *selection) include(d *draft, pattern string, forms []form) {
	if len(forms) == 0 || len(forms) > mostForms {
		d.drop("the pattern "+pattern, ".air.toml names extensions, folders and files")
		return
	}
	for _, f := range forms {
		m, ok := f.read()
		switch {
		case !ok:
			d.drop(strings.ReplaceAll(f.text, string(wild), "*")+" in the pattern "+pattern, ".air.toml names extensions, folders and files")
		case m.file != "":
			s.file = add(s.file, m.file)
		case m.ext == "*" && m.dir == "":
			s.all = true
		case m.ext == "*":
			s.whole = add(s.whole, m.dir)
		case m.dir == "":
			s.ext, s.everywhere = add(s.ext, m.ext), true
		default:
			s.ext, s.dir = add(s.ext, m.ext), add(s.dir, m.dir)
		}
		if ok && m.wider {
			d.drop("a part of the pattern "+pattern, "an extension counts in all folders, or in the whole one")
		}
	}
}

// settle fits the patterns into one list of extensions for one list of folders.
func (s *selection) settle(d *draft) {
	nothing := len(s.ext)+len(s.file)+len(s.whole) == 0
	switch {
	case s.all || nothing:
		s.ext, s.dir, s.file = []string{"*"}, nil, nil
	case s.everywhere:
		for _, dir := range s.whole {
			d.drop("that all files in "+dir+" count", "there is one list of extensions for all folders")
		}
		if len(s.dir) > 0 {
			d.drop("that some patterns hold in "+strings.Join(s.dir, " and ")+" only", "there is one list of extensions for all folders")
		}
		s.dir = nil
	case len(s.whole) > 0:
		s.ext, s.dir = []string{"*"}, add(s.dir, s.whole...)
	}
	if len(s.only) > 0 {
		s.dir = s.only
	}
}

// overlaps reports whether a file can be in both.
func (s *selection) overlaps(other *selection) bool {
	if slices.Contains(s.ext, "*") && len(other.ext) > 0 || slices.Contains(other.ext, "*") && len(s.ext) > 0 {
		return !apart(s.dir, other.dir)
	}
	for _, ext := range s.ext {
		if slices.Contains(other.ext, ext) {
			return !apart(s.dir, other.dir)
		}
	}
	for _, file := range s.file {
		if slices.Contains(other.file, file) {
			return true
		}
	}
	return false
}

// apart reports whether two lists of folders have nothing in common; an empty
// one is all folders.
func apart(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || strings.HasPrefix(x, y+"/") || strings.HasPrefix(y, x+"/") {
				return false
			}
		}
	}
	return len(a) > 0 && len(b) > 0
}

// excludeGlob adds a glob for whole paths.
func (s *selection) excludeGlob(pattern string) {
	pattern = strings.TrimPrefix(pattern, "./")
	folder := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(pattern, "/*"), "/**"), "/")
	plain := func(text string) bool { return text != "" && !strings.ContainsAny(text, `*?[]{}\`) }
	nested, anywhere := strings.CutPrefix(folder, "**/")
	switch {
	case folder != pattern && plain(folder):
		s.excludeFolder(folder)
	case folder != pattern && anywhere && plain(nested):
		s.excludeNested(nested)
	case !strings.Contains(pattern, "**") && !strings.Contains(pattern, "{"):
		s.excludeFile = add(s.excludeFile, pattern)
	default:
		s.excludeRegex = add(s.excludeRegex, globRegexp(pattern))
	}
}

// excludeFolder adds a folder, but for hidden ones, which are never watched.
func (s *selection) excludeFolder(folder string) {
	if folder = path.Clean(folder); folder != "." && !strings.HasPrefix(path.Base(folder), ".") {
		s.excludeDir = add(s.excludeDir, folder)
	}
}

// excludeNested adds a folder at any depth. exclude_dir is for exact paths, and
// spares the watching at least where the folder mostly is.
func (s *selection) excludeNested(name string) {
	if strings.HasPrefix(name, ".") {
		return
	}
	s.excludeFolder(name)
	s.excludeRegex = add(s.excludeRegex, "(^|/)"+regexp.QuoteMeta(name)+"/")
}

// excludeRegexp adds a regular expression for paths relative to the root, of
// files or, as folders is meant, of folders.
func (s *selection) excludeRegexp(d *draft, pattern string, folders bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		d.drop("the pattern "+pattern, "it is no regular expression")
		return
	}
	rest := false
	for _, f := range regexForms(pattern) {
		text := strings.TrimLeft(f.text, string(wild))
		name := strings.Trim(text, "/")
		isFolder := folders || strings.HasSuffix(text, "/") || name == "node_modules" || f.begin && !f.end && path.Ext(name) == ""
		switch {
		case name == "" || !isFolder || strings.ContainsRune(name, wild):
			rest = true
		case f.begin:
			s.excludeFolder(name)
		default:
			s.excludeNested(name)
		}
	}
	if rest || len(regexForms(pattern)) == 0 {
		text := pattern
		if anchored(re) {
			text = unanchor(re).String()
		}
		s.excludeRegex = add(s.excludeRegex, text)
	}
}

func anchored(re *syntax.Regexp) bool {
	return re.Op == syntax.OpBeginText || re.Op == syntax.OpBeginLine || slices.ContainsFunc(re.Sub, anchored)
}

// unanchor lets ^ stand for the beginning of a name too: Air matches absolute
// paths.
func unanchor(re *syntax.Regexp) *syntax.Regexp {
	if re.Op == syntax.OpBeginText || re.Op == syntax.OpBeginLine {
		slash := &syntax.Regexp{Op: syntax.OpLiteral, Rune: []rune{'/'}}
		return &syntax.Regexp{Op: syntax.OpCapture, Sub: []*syntax.Regexp{{Op: syntax.OpAlternate, Sub: []*syntax.Regexp{re, slash}}}}
	}
	for i, sub := range re.Sub {
		re.Sub[i] = unanchor(sub)
	}
	return re
}

var wilds = regexp.MustCompile(`\x00+`)

// globRegexp says with a regular expression what a glob for whole paths says,
// as far as it goes for absolute ones.
func globRegexp(glob string) string {
	var alternatives []string
	for _, f := range globForms(glob) {
		text := wilds.ReplaceAllString(f.text, string(wild))
		open := strings.HasSuffix(text, string(wild))
		text, anywhere := strings.CutPrefix(strings.TrimSuffix(text, string(wild)), string(wild))
		quoted := strings.ReplaceAll(regexp.QuoteMeta(text), string(wild), ".*")
		if !anywhere || strings.HasPrefix(glob, "**/") && !strings.HasPrefix(glob, "**/*") {
			quoted = "(^|/)" + quoted
		}
		if !open {
			quoted += "$"
		}
		alternatives = append(alternatives, quoted)
	}
	return strings.Join(alternatives, "|")
}

func add(list []string, values ...string) []string {
	for _, value := range values {
		if value != "" && !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return list
}
