package direct

import (
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// What `go build -n -a` prints is a shell script: the command lines of all
// packages, and the files that they are given as here documents. Its form is
// that of ShowCmd, joinUnambiguously and writeFile in shell.go of cmd/go, package
// work.

// A script is that as values.
type script struct {
	files    map[string]string // what is written to where
	compiles []command
	link     command
}

// A command is one line of it.
type command struct {
	env  []string // NAME=value before the command
	args []string // with the tool
}

// readScript takes out the command lines of compile and link.
func readScript(text string) (script, error) {
	s := script{files: make(map[string]string)}
	dir := "" // where the script is
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if file, ok := strings.CutSuffix(line, " << 'EOF' # internal"); ok && strings.HasPrefix(file, "cat >") {
			body, n, ok := hereDocument(lines[i+1:])
			if !ok {
				return script{}, fmt.Errorf("read what go build -n printed: %s has no end", file)
			}
			s.files[strings.TrimPrefix(file, "cat >")] = body
			i += n
			continue
		}
		if to, ok := strings.CutPrefix(line, "cd "); ok {
			dir = to
			continue
		}
		c, ok := readCommand(line, dir)
		if !ok {
			continue
		}
		switch c.tool() {
		case "compile":
			s.compiles = append(s.compiles, c)
		case "link":
			if s.link.args != nil {
				return script{}, fmt.Errorf("%w: more than one program", ErrUnsupported)
			}
			s.link = c
		}
	}
	if s.link.args == nil {
		return script{}, fmt.Errorf("%w: nothing is linked", ErrUnsupported)
	}
	return s, nil
}

// hereDocument returns the text and how many lines it takes. A text without a
// newline at its end is followed by EOF on the same line.
func hereDocument(lines []string) (string, int, bool) {
	for n, line := range lines {
		if rest, ok := strings.CutSuffix(line, "EOF"); ok && (rest == "" || rest == "}") {
			return strings.Join(append(lines[:n:n], rest), "\n"), n + 1, true
		}
	}
	return "", 0, false
}

func readCommand(line, dir string) (command, bool) {
	var c command
	for line != "" {
		word, quoted, rest, ok := cutWord(line)
		if !ok {
			return command{}, false
		}
		line = rest
		if name, value, ok := strings.Cut(word, "='"); ok && !quoted && c.args == nil && strings.HasSuffix(value, "'") {
			c.env = append(c.env, name+"="+strings.TrimSuffix(value, "'"))
			continue
		}
		// An absolute path below the folder that the script is in is printed
		// with a dot in the place of that.
		if !quoted && (word == "." || strings.HasPrefix(word, "./")) && filepath.IsAbs(dir) {
			word = dir + word[1:]
		}
		c.args = append(c.args, word)
	}
	return c, len(c.args) > 0
}

// cutWord takes the first word off a line; those with anything special in them
// are quoted as in Go.
func cutWord(line string) (word string, quoted bool, rest string, ok bool) {
	if !strings.HasPrefix(line, `"`) {
		word, rest, _ = strings.Cut(line, " ")
		return word, false, rest, true
	}
	prefix, err := strconv.QuotedPrefix(line)
	if err != nil {
		return "", false, "", false
	}
	word, err = strconv.Unquote(prefix)
	return word, true, strings.TrimPrefix(line[len(prefix):], " "), err == nil
}

func (c command) tool() string {
	return strings.TrimSuffix(path.Base(filepath.ToSlash(c.args[0])), ".exe")
}

// value is that of a flag in the form of two words.
func (c command) value(flag string) string {
	for i, arg := range c.args[:len(c.args)-1] {
		if arg == flag {
			return c.args[i+1]
		}
	}
	return ""
}

// folder is that of the action of a compile.
func (c command) folder() string { return strings.TrimSuffix(c.value("-o"), "/_pkg_.a") }

// in replaces the folder of an action by another one.
func (c command) in(from, to string) command {
	c.args = append([]string(nil), c.args...)
	for i, arg := range c.args {
		c.args[i] = strings.ReplaceAll(arg, from, to)
	}
	return c
}

// strange finds a word that means something else in another place.
func (c command) strange() string {
	for _, arg := range c.args[1:] {
		if strings.Contains(arg, "$WORK") || arg == "." || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "@") {
			return arg
		}
	}
	return ""
}
