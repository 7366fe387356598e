package gitignore

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// rule is one line. Most lines are a name or an ending, which are compared without
// doublestar: a large tree has a hundred thousand files.
type rule struct {
	line     int
	text     string // as it was written
	negated  bool   // matching paths are not ignored
	folders  bool   // matches folders only
	anchored bool   // has a slash: it is for the path below the file's folder, else for the name
	kind     kind
	operand  string // that kind compares with
	prefix   string // of a glob: what it begins with before its first wildcard
	suffix   string // of a glob: what it ends with after its last one
}

type kind int

const (
	exact  kind = iota // operand is the whole of it
	ending             // operand is how it ends
	glob               // operand is a pattern of doublestar
)

const wild = `*?[\`

// parse returns false for what is no rule: comments, empty lines, and patterns
// that never match.
func parse(text string, line int) (rule, bool) {
	text = trimBlanks(strings.TrimSuffix(text, "\r"))
	r := rule{line: line, text: text}
	if strings.HasPrefix(text, "#") {
		return r, false
	}
	text, r.negated = strings.CutPrefix(text, "!")
	text, r.folders = strings.CutSuffix(text, "/")
	r.anchored = strings.Contains(text, "/")
	text = strings.TrimPrefix(text, "/")
	first := strings.IndexAny(text, wild)
	switch {
	case text == "":
		return r, false
	case first < 0:
		r.operand = text
	case !r.anchored && text[0] == '*' && !strings.ContainsAny(text[1:], wild):
		r.kind, r.operand = ending, text[1:]
	default:
		r.kind, r.prefix = glob, text[:first]
		// "**/x" is also x alone.
		r.suffix = strings.TrimPrefix(text[strings.LastIndexAny(text, wild+"]")+1:], "/")
		r.operand = translate(text, r.anchored)
	}
	return r, r.kind != glob || doublestar.ValidatePattern(r.operand)
}

// trimBlanks takes away the spaces at the end, but for one behind a backslash.
func trimBlanks(text string) string {
	trimmed := strings.TrimRight(text, " ")
	if escapes := len(trimmed) - len(strings.TrimRight(trimmed, `\`)); escapes%2 == 1 && len(trimmed) < len(text) {
		trimmed += " "
	}
	return trimmed
}

// matches asks about a path below the file's folder, with slashes; name is the
// last part of it.
func (r *rule) matches(path, name string, folder bool) bool {
	if r.folders && !folder {
		return false
	}
	subject := name
	if r.anchored {
		subject = path
	}
	switch r.kind {
	case exact:
		return subject == r.operand
	case ending:
		return strings.HasSuffix(subject, r.operand)
	}
	return strings.HasPrefix(subject, r.prefix) && strings.HasSuffix(subject, r.suffix) && doublestar.MatchUnvalidated(r.operand, subject)
}
