package convert

import (
	"path"
	"slices"
	"strings"
)

// step is one command of those that run one after the other.
type step struct {
	raw   string // for the shell
	set   []word // variables before it
	words []word // the command itself; none if it needs a shell to be understood
}

func newStep(list []word) step {
	s := step{raw: join(list)}
	n := 0
	for n < len(list) && (assignment(list[n].text) || list[n].text == "exec") {
		if list[n].text != "exec" {
			s.set = append(s.set, list[n])
		}
		n++
	}
	s.words = list[n:]
	return s
}

// is reports whether the command begins so.
func (s step) is(text ...string) bool {
	return len(s.words) >= len(text) && slices.Equal(texts(s.words[:len(text)]), text)
}

func (s step) String() string { return s.raw }

// steps takes a shell command apart. What is more than commands in a row is one
// step that only a shell understands.
func steps(command string) []step {
	command = strings.TrimSpace(command)
	if command == "" {
		return nil
	}
	opaque := []step{{raw: command}}
	segments, err := lex(command)
	if err != nil {
		return opaque
	}
	var all []step
	for i, s := range segments {
		last := i == len(segments)-1
		if !last && s.end != "&&" && s.end != ";" && s.end != "\n" || last && (s.end == "|" || s.end == "&") || grammar(s.words[0].text) {
			return opaque
		}
		next := newStep(s.words)
		if next.is("cd") && i > 0 {
			return opaque // the steps after it run elsewhere
		}
		if len(next.words) == 3 && len(next.set) == 0 && shell(next.words[0].text) && next.words[1].text == "-c" {
			all = append(all, steps(next.words[2].text)...)
			continue
		}
		all = append(all, next)
	}
	return all
}

// grammar reports whether a word begins something larger than a command.
func grammar(text string) bool {
	switch text {
	case "case", "if", "for", "while", "until", "function", "{", "esac", "fi", "done", "trap", "set", "export", ".", "source":
		return true
	}
	return strings.HasPrefix(text, "(")
}

// program settles how to build and run what the last step runs. dir is the
// folder that the steps run in, "" for the one of ginreload.
func (d *draft) program(list []step, dir string) {
	last := list[len(list)-1]
	before := list[:len(list)-1]
	if built, ok := goRun(last, dir, d.binary); ok {
		d.PreCmd = append(d.PreCmd, inDir(before, dir)...)
		d.Cmd = built.build
		d.run(newRun(append(slices.Clone(d.set), last.set...), built.binary, built.args, built.dir))
		return
	}
	for i, b := range slices.Backward(before) {
		pkgs, ok := builds(b, last)
		if !ok {
			continue
		}
		d.PreCmd = append(d.PreCmd, inDir(before[:i], dir)...)
		program := last.words[0].text
		if b.is("go", "install") {
			// In its own place, a build that fails leaves the installed program alone.
			program = d.binary
			b = newStep(slices.Concat(b.set, []word{{"go", "go"}, {"build", "build"}, {"-o", "-o"}, literal(program)}, pkgs))
			d.explain("build.cmd", "instead of go install")
		}
		d.Cmd = strings.Join(inDir(append([]step{b}, before[i+1:]...), dir), " && ")
		d.run(newRun(append(slices.Clone(d.set), last.set...), program, last.words[1:], dir))
		return
	}
	d.opaque(before, last, dir)
}

// opaque is a program of which it cannot be told what builds it.
func (d *draft) opaque(before []step, last step, dir string) {
	d.Cmd = strings.Join(inDir(before, dir), " && ")
	if d.Cmd != "" && len(last.words) > 0 && len(last.set)+len(d.set) == 0 && dir == "" &&
		strings.Contains(last.words[0].text, "/") && !strings.Contains(last.raw, "$") {
		d.run(newRun(nil, last.words[0].text, last.words[1:], dir))
		return
	}
	if d.Cmd == "" {
		d.Cmd = "true"
		d.explain("build.cmd", "full_bin builds and runs, so that a build that fails stops what runs")
	}
	d.FullBin = strings.Join(append(raws(d.set), inDir([]step{last}, dir)...), " ")
}

// finishes is for commands that build or check, without a program to run.
func (d *draft) finishes(list []step, dir string) {
	d.Cmd = strings.Join(inDir(list, dir), " && ")
	d.FullBin = "true"
	d.explain("build.full_bin", "no program is run")
}

func (d *draft) run(r running) {
	if r.line != "" {
		d.FullBin = r.line
		return
	}
	d.Entrypoint = []string{r.program}
	d.ArgsBin = r.args
}

// running is how a program is run: by a line for the shell, or without one.
type running struct {
	line, program string
	args          []string // words for the shell
}

func newRun(set []word, program string, args []word, dir string) running {
	if len(set) == 0 && dir == "" && !strings.Contains(program, "$") {
		return running{program: program, args: add(nil, raws(args)...)}
	}
	line := join(slices.Concat(set, []word{literal(program)}, args))
	if strings.Contains(program, "$") {
		line = join(slices.Concat(set, []word{{program, program}}, args))
	}
	if dir != "" {
		line = "cd " + literal(dir).raw + " && " + line
	}
	return running{line: line}
}

// inDir returns the steps as commands that run in dir.
func inDir(list []step, dir string) []string {
	var all []string
	for _, s := range list {
		if dir != "" {
			s.raw = "cd " + literal(dir).raw + " && " + s.raw
		}
		all = append(all, s.raw)
	}
	return all
}

// serves guesses whether a step goes on running, where nothing says so.
func serves(s step) bool {
	if len(s.words) == 0 || s.is("go", "run") {
		return true
	}
	switch name := s.words[0].text; {
	case strings.HasPrefix(name, "./"), strings.HasPrefix(name, "bin/"), strings.HasPrefix(name, "tmp/"):
		return true
	case name == "make" || name == "task" || name == "just":
		return slices.ContainsFunc(s.words[1:], func(w word) bool { return serving(w.text) })
	}
	return false
}

func serving(target string) bool {
	for _, word := range []string{"run", "serve", "server", "start", "dev"} {
		if strings.Contains(target, word) {
			return true
		}
	}
	return false
}

// local is a path as commands take it: ./cmd/api.
func local(file string) string {
	file = path.Clean(file)
	if file == "." || path.IsAbs(file) || file == ".." || strings.HasPrefix(file, "../") || strings.HasPrefix(file, "$") {
		return file
	}
	return "./" + file
}
