package convert

import (
	"errors"
	"strings"
)

// word is one of a command line: as it is written, and without its quotes.
// Variables stand in both as they are.
type word struct{ raw, text string }

// segment is a command up to the next operator of the shell.
type segment struct {
	words []word
	end   string // "&&", ";", "|" and so on; "" at the end of the text
}

var errUnclosed = errors.New("a quote is not closed")

// lex cuts a command line into commands and words, as sh does.
func lex(line string) ([]segment, error) {
	var all []segment
	var current segment
	s := scanner{rest: line}
	for {
		w, operator, err := s.next()
		if err != nil {
			return nil, err
		}
		if w != nil {
			current.words = append(current.words, *w)
			continue
		}
		current.end = operator
		if len(current.words) > 0 {
			all = append(all, current)
		}
		if current = (segment{}); operator == "" {
			return all, nil
		}
	}
}

// words is lex for a line that is not for a shell, where operators are words
// like any other.
func words(line string) ([]word, error) {
	var all []word
	s := scanner{rest: line, plain: true}
	for {
		w, _, err := s.next()
		if w == nil || err != nil {
			return all, err
		}
		all = append(all, *w)
	}
}

type scanner struct {
	rest  string
	plain bool // no operators
}

const blanks = " \t\r"

// next returns a word, or the operator that ends a command.
func (s *scanner) next() (*word, string, error) {
	s.rest = strings.TrimLeft(s.rest, blanks)
	for strings.HasPrefix(s.rest, "\\\n") {
		s.rest = strings.TrimLeft(s.rest[2:], blanks)
	}
	if s.plain {
		s.rest = strings.TrimLeft(s.rest, blanks+"\n")
	}
	if s.rest == "" {
		return nil, "", nil
	}
	if operator := s.operator(); operator != "" {
		s.rest = s.rest[len(operator):]
		return nil, operator, nil
	}
	return s.word()
}

func (s *scanner) operator() string {
	if s.plain {
		return ""
	}
	for _, operator := range []string{"&&", "||", ";", "|", "&", "\n"} {
		if strings.HasPrefix(s.rest, operator) {
			return operator
		}
	}
	return ""
}

func (s *scanner) word() (*word, string, error) {
	var raw, text strings.Builder
	take := func(n int) { raw.WriteString(s.rest[:n]); s.rest = s.rest[n:] }
	for s.rest != "" {
		c := s.rest[0]
		switch {
		case c == '\\' && len(s.rest) > 1:
			if s.rest[1] != '\n' {
				text.WriteByte(s.rest[1])
			}
			take(2)
		case c == '\'' || c == '"':
			inside, n := quoted(s.rest)
			if n == 0 {
				return nil, "", errUnclosed
			}
			text.WriteString(inside)
			take(n)
		case c == '`' && strings.Contains(s.rest[1:], "`"):
			n := strings.IndexByte(s.rest[1:], '`') + 2
			text.WriteString(s.rest[:n])
			take(n)
		case strings.HasPrefix(s.rest, "$(") && strings.Contains(s.rest, ")"):
			n := strings.Index(s.rest, ")") + 1
			text.WriteString(s.rest[:n])
			take(n)
		case strings.ContainsRune(blanks+"\n", rune(c)), s.operator() != "" && !strings.HasSuffix(raw.String(), ">"):
			return &word{raw.String(), text.String()}, "", nil
		default:
			text.WriteByte(c)
			take(1)
		}
	}
	return &word{raw.String(), text.String()}, "", nil
}

// quoted returns what stands between the quotes that text begins with, and
// their length; 0 if there is no second one.
func quoted(text string) (string, int) {
	var inside strings.Builder
	for i := 1; i < len(text); i++ {
		c := text[i]
		switch {
		case c == text[0]:
			return inside.String(), i + 1
		case c == '\\' && text[0] == '"' && i+1 < len(text) && strings.IndexByte("\"\\$`", text[i+1]) >= 0:
			i++
			inside.WriteByte(text[i])
		default:
			inside.WriteByte(c)
		}
	}
	return "", 0
}

func texts(list []word) []string {
	all := make([]string, len(list))
	for i, w := range list {
		all[i] = w.text
	}
	return all
}

func raws(list []word) []string {
	all := make([]string, len(list))
	for i, w := range list {
		all[i] = w.raw
	}
	return all
}

func join(list []word) string { return strings.Join(raws(list), " ") }

// literal is a word that the shell has to take as text is.
func literal(text string) word {
	plain := func(r rune) bool {
		return strings.ContainsRune("-._/+@,=:%", r) || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return word{text, text}
	}
	return word{"'" + strings.ReplaceAll(text, "'", `'\''`) + "'", text}
}

// remaining finds the words again that a flag package has left of list. It
// searches from the end, as some let flags follow arguments.
func remaining(list []word, left []string) []word {
	found := make([]word, len(left))
	at := len(list)
	for i := len(left) - 1; i >= 0; i-- {
		for at--; at > 0 && list[at].text != left[i]; at-- {
		}
		if at < 0 {
			return nil
		}
		found[i] = list[at]
	}
	return found
}
