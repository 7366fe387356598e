package convert

import (
	"path"
	"regexp"
	"regexp/syntax"
	"strings"
)

// match is what a pattern for files comes to in the words of .air.toml: files
// with an extension ("*" for all), in a folder if dir is not "", or one file.
type match struct {
	ext, dir, file string
	wider          bool // the pattern itself lets fewer files through
}

// wild stands for any characters, in what is left of a pattern.
const wild = '\x00'

// form is one of the alternatives of a pattern.
type form struct {
	text       string // with wild
	begin, end bool   // it begins or ends where the path does
}

// mostForms a pattern may have; one with more is not a choice of extensions.
const mostForms = 64

var (
	extension = regexp.MustCompile(`^\.[\w-]+$`)
	fileName  = regexp.MustCompile(`^\w[\w.-]*\.[\w-]+$`)
)

// read is false for a form that .air.toml has no words for.
func (f form) read() (match, bool) {
	text := f.text
	anywhere := !f.begin || strings.HasPrefix(text, string(wild))
	text = strings.TrimLeft(text, string(wild))
	text = strings.TrimPrefix(text, "./")
	first, last := strings.IndexByte(text, wild), strings.LastIndexByte(text, wild)
	switch {
	case text == "" || text == "/":
		return match{ext: "*"}, anywhere
	case first < 0 && anywhere && strings.HasSuffix(text, "/"):
		return match{ext: "*", dir: path.Clean(strings.TrimPrefix(text, "/"))}, !f.end
	case first < 0 && anywhere:
		return f.readName(strings.TrimPrefix(text, "/"))
	case first < 0 && strings.HasSuffix(text, "/"):
		return match{ext: "*", dir: path.Clean(text)}, !f.end
	case first < 0:
		return match{file: path.Clean(text)}, f.end || fileName.MatchString(path.Base(text))
	}
	m := match{wider: strings.Trim(text[first:last+1], "/"+string(wild)) != ""}
	head, tail := text[:first], text[last+1:]
	switch {
	case tail == "" || tail == "/":
		m.ext = "*"
	case extension.MatchString(path.Ext(tail)):
		m.ext = path.Ext(tail)[1:]
		m.wider = m.wider || tail != path.Ext(tail)
	default:
		return m, false
	}
	if !anywhere {
		m.dir = head
		if cut := strings.LastIndexByte(head, '/'); cut+1 != len(head) {
			m.dir, m.wider = head[:cut+1], true
		}
		if m.dir = strings.TrimSuffix(m.dir, "/"); m.dir != "" {
			m.dir = path.Clean(m.dir)
		}
	} else if head != "" {
		m.wider = true
	}
	return m, true
}

// readName is for a text that may stand anywhere in the path.
func (f form) readName(text string) (match, bool) {
	switch ext := path.Ext(text); {
	case extension.MatchString(text):
		return match{ext: text[1:]}, true
	case strings.Contains(text, "/"):
		return match{file: text, wider: true}, f.end && fileName.MatchString(path.Base(text))
	case fileName.MatchString(text), f.end && f.begin && text != "":
		return match{file: text}, true
	case extension.MatchString(ext) && f.end:
		return match{ext: ext[1:], wider: true}, true
	}
	return match{}, false
}

// A dot before a letter is meant as a dot; wgo takes it so, and who writes .go
// for others means it.
var sloppyDot = regexp.MustCompile(`(^|[^\\\])])\.([A-Za-z])`)

// regexForms expands a regular expression.
func regexForms(pattern string) []form {
	re, err := syntax.Parse(sloppyDot.ReplaceAllString(pattern, `$1\.$2`), syntax.Perl)
	if err != nil {
		return nil
	}
	return expand(re.Simplify())
}

func expand(re *syntax.Regexp) []form {
	switch re.Op {
	case syntax.OpLiteral:
		return []form{{text: strings.ReplaceAll(string(re.Rune), string(wild), "")}}
	case syntax.OpEmptyMatch:
		return []form{{}}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpStar, syntax.OpPlus:
		return []form{{text: string(wild)}}
	case syntax.OpBeginText, syntax.OpBeginLine:
		return []form{{begin: true}}
	case syntax.OpEndText, syntax.OpEndLine:
		return []form{{end: true}}
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpQuest:
		return limited(append(expand(re.Sub[0]), form{}))
	case syntax.OpAlternate:
		var all []form
		for _, sub := range re.Sub {
			forms := expand(sub)
			if len(forms) == 0 {
				return nil
			}
			all = append(all, forms...)
		}
		return limited(all)
	case syntax.OpConcat:
		all := []form{{}}
		for _, sub := range re.Sub {
			if all = limited(product(all, expand(sub))); all == nil {
				return nil
			}
		}
		return all
	}
	return nil
}

func limited(all []form) []form {
	if len(all) > mostForms {
		return nil
	}
	return all
}

func class(ranges []rune) []form {
	var all []form
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > 8 {
			return []form{{text: string(wild)}}
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			if r != wild {
				all = append(all, form{text: string(r)})
			}
		}
	}
	return all
}

func product(left, right []form) []form {
	var all []form
	for _, l := range left {
		for _, r := range right {
			if l.end && r.text != "" || r.begin && l.text != "" && l.text != "/" {
				continue // nothing is behind the end, or before the beginning
			}
			if r.begin {
				l.text = ""
			}
			all = append(all, form{l.text + r.text, l.begin || r.begin, l.end || r.end})
		}
	}
	return all
}

// globForms expands a glob that has to match all of a path. ** crosses folders,
// and so may * where a tool says so; for .air.toml that makes no difference.
func globForms(pattern string) []form {
	var all []form
	for _, alternative := range braces(pattern) {
		var text strings.Builder
		for i := 0; i < len(alternative); i++ {
			switch c := alternative[i]; {
			case strings.HasPrefix(alternative[i:], "**/"):
				text.WriteByte(wild)
				i += 2
			case c == '*':
				text.WriteByte(wild)
			case c == '?':
				text.WriteByte(wild)
			case c == '[' && strings.Contains(alternative[i:], "]"):
				text.WriteByte(wild)
				i += strings.IndexByte(alternative[i:], ']')
			case c == '\\' && i+1 < len(alternative):
				i++
				text.WriteByte(alternative[i])
			default:
				text.WriteByte(c)
			}
		}
		all = append(all, form{text.String(), true, true})
	}
	return all
}

// braces writes out {a,b}.
func braces(pattern string) []string {
	all := []string{pattern}
	for range mostForms {
		open := strings.IndexByte(all[0], '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(all[0][open:], '}')
		if length < 0 {
			break
		}
		var next []string
		for _, p := range all {
			at := strings.IndexByte(p, '{')
			end := at + strings.IndexByte(p[max(at, 0):], '}')
			if at < 0 || end < at {
				return []string{pattern}
			}
			for choice := range strings.SplitSeq(p[at+1:end], ",") {
				next = append(next, p[:at]+choice+p[end+1:])
			}
		}
		if all = next; len(all) > mostForms {
			return []string{pattern}
		}
	}
	return all
}
