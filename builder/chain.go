package builder

import (
	"slices"
	"strings"
)

// A chain such as `templ generate && go build -o ./tmp/main .` is run as what
// it ends with, after what comes before that. A shell of its own for each must
// make no difference, so anything that one leaves behind is a no.

// SplitChain cuts a command line before its last command: `a && b; c` is `a && b`
// and `c`. The first part must succeed if && stands between the two. It is false
// if there is one command only, if the last one depends otherwise on what comes
// before (||, |, cd, export, variables), or if in doubt.
func SplitChain(command string) (first Command, last string, ok bool) {
	if strings.ContainsAny(command, notAsInSh) {
		return Command{}, "", false
	}
	links, ok := splitLinks(command)
	if !ok || len(links) < 2 {
		return Command{}, "", false
	}
	end := links[len(links)-1]
	for _, l := range links[:len(links)-1] {
		if !l.leavesNothing() {
			return Command{}, "", false
		}
	}
	if end.after == "||" || end.after == "|" {
		return Command{}, "", false
	}
	line := strings.TrimSpace(command[:end.start-len(end.after)])
	return Command{Line: line, Must: end.after == "&&"}, strings.Trim(command[end.start:], " \t\n;"), true
}

// A link is one command of a chain.
type link struct {
	start int    // where it begins, behind what connects it
	after string // what connects it: && || | ; newline, "" for the first
	words []word
}

// leavesNothing tells whether all that the command does to its shell is gone
// when that has ended.
func (l link) leavesNothing() bool {
	words := l.words
	for len(words) > 0 && words[0].assignment() {
		words = words[1:]
	}
	if len(words) == 0 || strings.ContainsAny(words[0].text, "$*?[~") && words[0].text != "[" {
		return false // a variable; or who knows what
	}
	return !slices.Contains(strings.Fields(`
		. : alias builtin call cd chdir command declare eval exec exit export getopts let local path popd pushd
		read readonly return set shift shopt source trap typeset ulimit umask unalias unset
		! if then elif else fi for while until do done case esac function select time coproc`), words[0].text)
}

// splitLinks splits a line where sh would, without taking it apart any further.
// It is false for subshells, substitutions, background, and input from here.
func splitLinks(line string) ([]link, bool) {
	links := []link{{}}
	var text []byte
	plain, inWord := -1, false
	endWord := func() {
		if inWord {
			l := &links[len(links)-1]
			l.words = append(l.words, newWord(text, plain))
		}
		text, plain, inWord = nil, -1, false
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == ' ' || c == '\t' {
			endWord()
			continue
		}
		if op := operator(line[i:]); op != "" {
			endWord()
			i += len(op) - 1
			if op == "\n" && len(links[len(links)-1].words) == 0 {
				continue // an empty line, or one that goes on after &&
			}
			links = append(links, link{start: i + 1, after: op})
			continue
		}
		if strings.IndexByte("\x00&<(){}`", c) >= 0 || c == '#' && !inWord {
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
	endWord()
	if end := links[len(links)-1]; len(end.words) == 0 && (end.after == ";" || end.after == "\n") {
		links = links[:len(links)-1]
	}
	// Any other link without a command is an error for sh to tell.
	return links, !slices.ContainsFunc(links, func(l link) bool { return len(l.words) == 0 })
}

func operator(s string) string {
	for _, op := range []string{"&&", "||", "|", ";", "\n"} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}
