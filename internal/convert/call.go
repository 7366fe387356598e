package convert

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

// call is the command line of a tool in some text.
type call struct {
	tool  string
	set   []word   // variables before the name of the tool
	words []word   // after it
	left  []string // other commands of the same line
}

// findCall looks for the first line that calls a tool: in a file, or in what
// somebody has typed.
func findCall(name, text string) (call, error) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	if isMakefile(name) {
		text = unmake(text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, form := range []string{line, unwrap(line)} {
			segments, err := lex(form)
			if err != nil {
				continue
			}
			if c, found := callIn(segments); found {
				return c, nil
			}
		}
	}
	return call{}, &Error{Message: "no configuration that init can convert", Hint: "it knows " + Known}
}

var (
	// What Makefiles, Procfiles, Compose files and package.json put before a
	// command.
	prefix = regexp.MustCompile(`^(?:[@+-]+\s*|[\w."-]+:\s*["']?|-\s+|CMD\s+|ENTRYPOINT\s+|RUN\s+)`)
	// A list of words, as in a Dockerfile or a Compose file.
	list = regexp.MustCompile(`\[\s*".*"\s*\]`)
)

// unwrap takes away what the format of a file puts around a command.
func unwrap(line string) string {
	if found := list.FindString(line); found != "" {
		var elements []string
		if json.Unmarshal([]byte(found), &elements) == nil {
			var all []word
			for _, element := range elements {
				all = append(all, literal(element))
			}
			if len(all) == 3 && shell(all[0].text) {
				return elements[2]
			}
			return join(all)
		}
	}
	unwrapped := prefix.ReplaceAllString(line, "")
	if unwrapped != line && strings.Contains(line, `": "`) { // package.json
		var script string
		end := strings.LastIndex(unwrapped, `"`)
		if end >= 0 && json.Unmarshal([]byte(`"`+unwrapped[:end+1]), &script) == nil {
			return script
		}
	}
	return unwrapped
}

func callIn(segments []segment) (call, bool) {
	for i, s := range segments {
		tool, n := toolOf(s.words)
		if tool == "" {
			continue
		}
		c := call{tool: tool, words: s.words[n:]}
		for _, w := range s.words[:n] {
			if assignment(w.text) {
				c.set = append(c.set, w)
			}
		}
		for j, other := range segments {
			if j != i {
				c.left = append(c.left, join(other.words))
			}
		}
		return c, true
	}
	return call{}, false
}

// toolOf returns the tool that a command calls, and how many words say so.
func toolOf(list []word) (string, int) {
	n := 0
	for n < len(list) && (assignment(list[n].text) || list[n].text == "exec") {
		n++
	}
	if n >= len(list) {
		return "", 0
	}
	first := list[n].text
	if first == "go" && n+2 < len(list) && (list[n+1].text == "tool" || list[n+1].text == "run") {
		n += 2
		first, _, _ = strings.Cut(list[n].text, "@")
	}
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(first, `\`, "/")), ".exe")
	switch strings.ToLower(strings.Trim(name, "$(){}")) {
	case "compiledaemon", "compile-daemon":
		return "CompileDaemon", n + 1
	case "wgo", "reflex", "modd", "fresh", "gin":
		return strings.ToLower(strings.Trim(name, "$(){}")), n + 1
	}
	return "", 0
}

var assigned = regexp.MustCompile(`^[A-Za-z_]\w*=`)

func assignment(text string) bool { return assigned.MatchString(text) }

func shell(text string) bool {
	switch path.Base(text) {
	case "sh", "bash", "zsh", "ash", "dash":
		return true
	}
	return false
}
