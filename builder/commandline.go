package builder

import (
	"path/filepath"
	"strconv"
	"strings"
)

// A command that is a plain `go build` is not given to a shell: only then can
// its output be placed in scratch and published whole. Anything that needs more
// of sh than words and quotes is left to sh, which is always right and merely
// slower, so a doubtful character is a no.

// ParseGoBuild reads a command line of the form
//
//	[NAME=value ...] go build [flags] [packages]
//
// as sh run in dir would. The recipe has Dir (dir, or the folder that -C names),
// Packages, Flags, Set and, if there is -o, Output as an absolute path. It is
// false if the command is anything else, needs a shell, has flags that go build
// does not know, or does not write one program to a file (-n, -json, -o folder/).
func ParseGoBuild(dir, command string) (Recipe, bool) {
	r, packages, ok := parseGo(dir, command, "build")
	if !ok {
		return Recipe{}, false
	}
	r.Packages = packages
	if r.Output != "" && !filepath.IsAbs(r.Output) {
		r.Output = filepath.Join(r.Dir, r.Output)
	}
	return r, true
}

// parseGo reads `[NAME=value ...] go verb [flags]` and returns what follows.
func parseGo(dir, command, verb string) (r Recipe, rest []string, ok bool) {
	if strings.ContainsAny(command, notAsInSh) {
		return r, nil, false
	}
	words, ok := splitWords(command)
	if !ok {
		return r, nil, false
	}
	r.Dir = dir
	for len(words) > 0 && words[0].assignment() {
		r.Set = append(r.Set, words[0].text)
		words = words[1:]
	}
	if len(words) < 2 || words[0].text != "go" || words[1].text != verb {
		return r, nil, false
	}
	for _, w := range words[2:] {
		rest = append(rest, w.text)
	}
	rest, ok = r.takeFlags(rest)
	return r, rest, ok
}

// takeFlags takes the flags off args.
func (r *Recipe) takeFlags(args []string) ([]string, bool) {
	for first := true; len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-'; first = false {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		flag, n := readFlag(args)
		if n == 0 || !r.takeFlag(flag, args[:n], first) {
			return nil, false
		}
		args = args[n:]
	}
	// Only `--` lets such a word come first, and it would be a flag again when
	// we put the command together.
	return args, len(args) == 0 || len(args[0]) < 2 || args[0][0] != '-'
}

func (r *Recipe) takeFlag(flag buildFlag, words []string, first bool) bool {
	switch flag.name {
	case "n", "json":
		return false
	case "o":
		if strings.HasSuffix(flag.value, "/") || strings.HasSuffix(flag.value, string(filepath.Separator)) {
			return false
		}
		r.Output = flag.value
		return true
	case "C":
		if filepath.IsAbs(flag.value) {
			r.Dir = flag.value
		} else {
			r.Dir = filepath.Join(r.Dir, flag.value)
		}
		return first // go build allows it nowhere else
	case "buildvcs":
		r.Flags = append(r.Flags, words...)
		return true
	}
	if isSwitch(flag.name) {
		if _, err := strconv.ParseBool(flag.value); flag.joined && err != nil {
			return false
		}
	} else if !takesValue(flag.name) {
		return false
	}
	r.Flags = append(r.Flags, words...)
	return true
}

// A word of a command line after its quotes are gone.
type word struct {
	text  string
	plain int // length of the part before the first quote
}

// assignment tells whether sh takes the word for NAME=value, which it does only
// if NAME= is not quoted.
func (w word) assignment() bool {
	i := strings.IndexByte(w.text[:w.plain], '=')
	if i < 1 {
		return false
	}
	for k, c := range []byte(w.text[:i]) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (k == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// splitWords splits a line into words as sh does. It is false if sh would do
// more than that with it: expand, glob, redirect, chain, comment.
func splitWords(line string) ([]word, bool) {
	var words []word
	var text []byte
	plain, inWord := -1, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == ' ' || c == '\t' {
			if inWord {
				words = append(words, newWord(text, plain))
			}
			text, plain, inWord = nil, -1, false
			continue
		}
		if strings.IndexByte("\x00\n;&|<>()$`*?[]{}~!", c) >= 0 || c == '#' && !inWord {
			return nil, false
		}
		inWord = true
		if c != '\'' && c != '"' && c != '\\' {
			text = append(text, c)
			continue
		}
		if plain < 0 {
			plain = len(text)
		}
		quoted, n := unquote(line[i:])
		if n == 0 {
			return nil, false
		}
		text = append(text, quoted...)
		i += n - 1
	}
	if inWord {
		words = append(words, newWord(text, plain))
	}
	return words, true
}

func newWord(text []byte, plain int) word {
	if plain < 0 {
		plain = len(text)
	}
	return word{string(text), plain}
}

// unquote reads the quotation at the start of s and says how long it was; 0 if
// it does not end or sh would expand something in it.
func unquote(s string) (text string, n int) {
	switch s[0] {
	case '\\':
		if len(s) < 2 || s[1] == '\n' || s[1] == 0 {
			return "", 0
		}
		return s[1:2], 2
	case '\'':
		end := strings.IndexByte(s[1:], '\'')
		if end < 0 || strings.IndexByte(s[:end+1], 0) >= 0 {
			return "", 0
		}
		return s[1 : end+1], end + 2
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			return b.String(), i + 1
		case c == '$' || c == '`' || c == 0:
			return "", 0
		case c == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\\n", s[i+1]) >= 0:
			i++
			if s[i] == '\n' {
				continue
			}
			c = s[i]
		}
		b.WriteByte(c)
	}
	return "", 0
}
