package builder

import (
	"path/filepath"
	"strconv"
	"strings"
)

// What single lines look like. Everything is matched by known wording, not by
// being unindented: the output may be that of make or npm, and a line too few is
// still in Result.Output while a line too many hides what matters.

// A position is a line of the form FILE:LINE:COLUMN: MESSAGE or FILE:LINE: MESSAGE.
type position struct {
	file         string
	line, column int
	message      string
}

func readPosition(text string) (position, bool) {
	for i := 1; i < len(text); i++ {
		if text[i] != ':' {
			continue
		}
		line, rest, ok := readNumber(text[i+1:])
		if !ok {
			continue
		}
		if !isFileName(text[:i]) {
			return position{}, false
		}
		at := position{file: text[:i], line: line}
		if column, after, ok := readNumber(strings.TrimPrefix(rest, ":")); ok {
			at.column, rest = column, after
		}
		message, ok := strings.CutPrefix(rest, ":")
		at.message = strings.TrimSpace(message)
		return at, ok && at.message != ""
	}
	return position{}, false
}

// readNumber takes the digits off text; rest begins with the colon that must follow.
func readNumber(text string) (n int, rest string, ok bool) {
	end := strings.IndexByte(text, ':')
	// Nine digits cannot overflow.
	if end < 1 || end > 9 {
		return 0, text, false
	}
	for _, c := range []byte(text[:end]) {
		if c < '0' || c > '9' {
			return 0, text, false
		}
	}
	n, err := strconv.Atoi(text[:end])
	return n, text[end:], err == nil
}

// isFileName tells main.go:3 from 10:20:30 and https://host:443. Line
// directives may name any kind of file, but one with spaces in its path must be
// a file that compilers know.
func isFileName(name string) bool {
	if strings.Contains(name, "://") || strings.Contains(name, ": ") {
		return false
	}
	ext := filepath.Ext(name)
	if len(ext) < 2 {
		return false
	}
	for i, c := range []byte(strings.ToLower(ext[1:])) {
		if (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	if !strings.ContainsAny(name, " \t") {
		return true
	}
	switch ext {
	case ".go", ".mod", ".work", ".sum", ".s", ".S", ".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".m", ".mm":
		return true
	}
	return false
}

// packageHeader reads "# import/path", "# import/path [import/path.test]" and
// "# [import/path]" of vet.
func packageHeader(line string) (string, bool) {
	text, ok := strings.CutPrefix(line, "# ")
	if !ok {
		return "", false
	}
	name, variant, ok := strings.Cut(text, " ")
	if ok && (len(variant) < 2 || variant[0] != '[' || variant[len(variant)-1] != ']') {
		return "", false
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		name = strings.TrimSuffix(inner, "]")
	}
	return name, name != "" && !strings.ContainsAny(name, " \t")
}

// isProgress knows what cmd/go says after "go: " when nothing is wrong.
func isProgress(text string) bool {
	for _, start := range []string{
		"added ", "downgraded ", "downloading ", "extracting ", "finding ", "found ", "removed ", "upgraded ", "warning: ",
		"errors parsing ", // the errors follow, with their positions
	} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

// isComplaint knows errors without a position.
func isComplaint(text string) bool {
	for _, start := range []string{
		"ambiguous import", "build constraints exclude", "cannot find ", "cannot load ", "flag provided but not defined", "found packages ",
		"import cycle not allowed", "malformed import path", "named files must", "no Go files in ",
		"no packages to build", "no required module provides", "too many errors", "Undefined symbols for architecture",
	} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	for _, part := range []string{
		" is not in std", "is undeclared in the main package", ": build constraints exclude all Go files",
		": directory not found", ": internal compiler error", ": missing go.sum entry", ": no matching files found",
		"does not contain main module", "duplicate symbol", "duplicated definition of symbol", "multiple definition of ",
		"is not a main package", "is not one of the workspace modules", "outside main module", "outside available modules",
		"relocation target ", "undefined reference to ",
	} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
