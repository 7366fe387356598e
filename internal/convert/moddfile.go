package convert

import (
	"regexp"
	"strings"
)

type moddFile struct {
	blocks    []moddPart
	variables map[string]string // with the @
}

// moddPart is a block with its patterns.
type moddPart struct {
	line            int
	pattern, except []string
	dir             string
	commands        []moddCommand
}

type moddCommand struct {
	daemon       bool
	option, text string
}

var moddVariable = regexp.MustCompile(`(\\*)(@\w+)`)

// replace fills in variables of the file; \@ is an @.
func (f moddFile) replace(command string) string {
	return moddVariable.ReplaceAllStringFunc(command, func(found string) string {
		name := strings.TrimLeft(found, `\`)
		slashes := len(found) - len(name)
		kept := found[:slashes/2]
		if value, ok := f.variables[name]; ok && slashes%2 == 0 {
			return kept + value
		}
		return kept + name
	})
}

// moddReader reads modd.conf from front to back.
type moddReader struct {
	text string
	at   int
}

func parseModd(text string) (moddFile, error) {
	r := &moddReader{text: text}
	f := moddFile{variables: make(map[string]string)}
	for {
		r.space()
		switch {
		case r.end():
			return f, nil
		case r.peek() == '@':
			name, value, err := r.variable()
			if err != nil {
				return f, err
			}
			f.variables[name] = value
			continue
		}
		b, err := r.block()
		if err != nil {
			return f, err
		}
		b.dir = f.replace(b.dir)
		f.blocks = append(f.blocks, b)
	}
}

func (r *moddReader) end() bool  { return r.at >= len(r.text) }
func (r *moddReader) peek() byte { return r.text[r.at] }

func (r *moddReader) line() int { return 1 + strings.Count(r.text[:r.at], "\n") }

func (r *moddReader) fail(message string) error { return &Error{Line: r.line(), Message: message} }

// space passes over blanks, ends of lines and comments.
func (r *moddReader) space() {
	for !r.end() {
		switch c := r.peek(); {
		case c == '#':
			r.upTo("\n")
		case strings.IndexByte(" \t\n", c) >= 0:
			r.at++
		default:
			return
		}
	}
}

// upTo reads as far as one of these bytes.
func (r *moddReader) upTo(stop string) string {
	begin := r.at
	for !r.end() && strings.IndexByte(stop, r.peek()) < 0 {
		r.at++
	}
	return r.text[begin:r.at]
}

func (r *moddReader) variable() (name, value string, err error) {
	name = strings.TrimSpace(r.upTo("=\n{"))
	if r.end() || r.peek() != '=' {
		return "", "", r.fail("expected = after " + name)
	}
	r.at++
	value, err = r.value()
	return name, value, err
}

func (r *moddReader) block() (moddPart, error) {
	b := moddPart{line: r.line()}
	for {
		r.space()
		if r.end() {
			return b, r.fail("expected { after the patterns")
		}
		if r.peek() == '{' {
			r.at++
			return b, r.inside(&b)
		}
		if r.peek() == '}' {
			return b, r.fail("a } without a {")
		}
		negated := r.peek() == '!'
		if negated {
			r.at++
		}
		pattern, err := r.pattern()
		if err != nil {
			return b, err
		}
		if negated {
			b.except = append(b.except, pattern)
		} else {
			b.pattern = append(b.pattern, pattern)
		}
	}
}

func (r *moddReader) pattern() (string, error) {
	if !r.end() && (r.peek() == '\'' || r.peek() == '"') {
		return r.quoted()
	}
	if text := r.upTo(" \t\n{}#'\""); text != "" {
		return text, nil
	}
	return "", r.fail("expected a pattern")
}

// inside reads the directives of a block and its closing brace.
func (r *moddReader) inside(b *moddPart) error {
	for {
		r.space()
		if r.end() {
			return r.fail("the block has no }")
		}
		if r.peek() == '}' {
			r.at++
			return nil
		}
		word, options, found := strings.Cut(strings.TrimSpace(r.upTo(":\n}")), " ")
		if r.end() || r.peek() != ':' {
			return r.fail("expected prep:, daemon: or indir:")
		}
		r.at++
		text, err := r.value()
		if err != nil {
			return err
		}
		if !found {
			word, options, _ = strings.Cut(word, "+")
			if options != "" {
				options = "+" + options
			}
		}
		switch options = strings.TrimSpace(options); word {
		case "prep", "daemon":
			b.commands = append(b.commands, moddCommand{word == "daemon", options, text})
		case "indir":
			b.dir = text
		default:
			return r.fail("unknown directive " + word)
		}
	}
}

// value reads the rest of a line, which a backslash continues, or a string.
func (r *moddReader) value() (string, error) {
	for !r.end() && (r.peek() == ' ' || r.peek() == '\t') {
		r.at++
	}
	if !r.end() && (r.peek() == '\'' || r.peek() == '"') {
		text, err := r.quoted()
		return strings.TrimSpace(text), err
	}
	text := r.upTo("\n")
	for strings.HasSuffix(text, `\`) && !r.end() {
		r.at++
		text += "\n" + r.upTo("\n")
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", r.fail("the command is empty")
	}
	return text, nil
}

func (r *moddReader) quoted() (string, error) {
	quote := r.peek()
	begin := r.line()
	var text strings.Builder
	for r.at++; !r.end(); r.at++ {
		switch c := r.peek(); {
		case c == quote:
			r.at++
			return text.String(), nil
		case c == '\\' && r.at+1 < len(r.text):
			r.at++
			if r.peek() != quote {
				text.WriteByte('\\')
			}
			text.WriteByte(r.peek())
		default:
			text.WriteByte(c)
		}
	}
	return "", &Error{Line: begin, Message: errUnclosed.Error()}
}
