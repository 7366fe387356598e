package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/config"
)

// commandRole is what events call build.cmd and the parts of it.
const commandRole = "cmd"

// buildCommand is what build.cmd turns out to be: a go build or go run, with
// what has to come before it, or something for the shell.
type buildCommand struct {
	builder.Recipe
	runs bool     // it runs the program that it builds
	args []string // and with these
}

// understand takes build.cmd apart as far as that makes no difference.
func understand(dir, command string) buildCommand {
	command = slashes(command)
	var before []builder.Command
	last := command
	if first, rest, ok := builder.SplitChain(command); ok {
		first.Role, first.Dir = commandRole, dir
		before, last = []builder.Command{first}, rest
	}
	if r, ok := builder.ParseGoBuild(dir, last); ok {
		r.Before = before
		return buildCommand{Recipe: r}
	}
	if r, args, ok := builder.ParseGoRun(dir, last); ok {
		r.Before = before
		return buildCommand{Recipe: r, runs: true, args: args}
	}
	if endsInGoRun(command) {
		return buildCommand{Recipe: builder.Recipe{Dir: dir, Nothing: true}, runs: true}
	}
	return buildCommand{Recipe: builder.Recipe{Dir: dir, Shell: command}}
}

var backslashed = regexp.MustCompile(`(--?o[ =]['"]?)((?:[\w.-]+\\)+[\w.-]+\.exe\b)`)

// slashes makes a path of what a file that was written on Windows names as the
// output: sh would leave out the backslashes of tmp\main.exe.
func slashes(command string) string {
	return backslashed.ReplaceAllStringFunc(command, func(output string) string {
		return strings.ReplaceAll(output, `\`, "/")
	})
}

var goRun = regexp.MustCompile(`(?:^|[;&|\n('"]|\b(?:exec|env|then|do))\s*(?:[A-Za-z_]\w*=\S*\s+)*go run\s`)

// endsInGoRun reports whether the command ends with a `go run` that is likely to
// be the program. A package with a version is a tool, which ends.
func endsInGoRun(command string) bool {
	found := goRun.FindAllStringIndex(command, -1)
	if len(found) == 0 {
		return false
	}
	rest := strings.TrimRight(command[found[len(found)-1][1]:], " \t\n;")
	return !strings.ContainsAny(rest, ";\n@") && !strings.Contains(rest, "&&") && !strings.Contains(rest, "||")
}

// namesProgram reports whether the file says what to run in other words than
// every file does that `air init` has written.
func namesProgram(cfg config.Config) bool {
	if cfg.FullBin != "" {
		return true
	}
	usual := func(program string) bool {
		program = strings.TrimSuffix(strings.ReplaceAll(program, `\`, "/"), ".exe")
		if !filepath.IsAbs(program) {
			program = filepath.Join(cfg.Root, program)
		}
		return program == filepath.Join(cfg.TmpDir, "main") || program == filepath.Join(cfg.Root, "tmp", "main")
	}
	if len(cfg.Entrypoint) > 0 {
		return len(cfg.Entrypoint) > 1 || !usual(cfg.Entrypoint[0])
	}
	return cfg.Bin != "" && !usual(cfg.Bin)
}

// unquotable are characters of which the shell makes something else.
const unquotable = "'\"`$\\*?[]{}()<>|&;~#"

// likelyOutput is the file that a command of the shell is likely to make: the
// one that is run. It is "" if that is a command line that does not tell, or
// something that is there anyway.
func likelyOutput(cfg config.Config, onPath func(string) bool) string {
	p := cfg.Program(exists)
	words := slices.Concat([]string{strings.ReplaceAll(p.Path, `\`, "/")}, p.Words)
	if p.Line != "" {
		words = simpleCommand(p.Line)
	}
	if len(words) > 0 && isDebugger(words[0]) {
		words = debuggee(words)
	}
	if len(words) == 0 || words[0] == "" {
		return ""
	}
	file := filepath.FromSlash(words[0])
	if !strings.ContainsRune(file, filepath.Separator) && onPath(file) {
		return ""
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(cfg.Dir, file)
	}
	for _, dir := range []string{cfg.Dir, cfg.Root, cfg.TmpDir} {
		if dir != "" && inside(dir, file) {
			return file
		}
	}
	return ""
}

// simpleCommand returns the words of a line for the shell from the program on,
// nil if it is more than one command or names its program by something else than
// a path: what is on PATH, or of the shell itself, is there anyway.
func simpleCommand(line string) []string {
	words := strings.Fields(line)
	for len(words) > 0 && (words[0] == "exec" || words[0] == "env" || strings.Contains(words[0], "=")) {
		words = words[1:]
	}
	if len(words) == 0 || strings.ContainsAny(line, "&|;(\n") || strings.ContainsAny(words[0], unquotable) {
		return nil
	}
	if !isDebugger(words[0]) && !strings.Contains(words[0], "/") {
		return nil
	}
	return words
}

// debuggee is the command line of the program in that of `dlv exec`, nil if it
// has none. What stands before it and looks like neither flag nor path is the
// value of a flag.
func debuggee(words []string) []string {
	after := slices.Index(words, "exec") + 1
	if after == 0 {
		return nil
	}
	for i, word := range words[after:] {
		if !strings.HasPrefix(word, "-") && strings.ContainsAny(word, `/\`) {
			return words[after+i:]
		}
	}
	return nil
}

// debugged reports whether the program is run by a debugger.
func debugged(cfg config.Config) bool {
	words := strings.Fields(cfg.Bin)
	switch {
	case cfg.FullBin != "":
		return slices.ContainsFunc(strings.Fields(cfg.FullBin), isDebugger)
	case len(cfg.Entrypoint) > 0:
		words = cfg.Entrypoint
	}
	return len(words) > 0 && isDebugger(words[0])
}

func isDebugger(word string) bool {
	name := strings.Trim(word[strings.LastIndexAny(word, `/\`)+1:], `'"`)
	return strings.TrimSuffix(name, ".exe") == "dlv"
}
