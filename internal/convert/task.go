package convert

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/config"
)

// task is one thing that another tool does when files change.
type task struct {
	name    string // for notes: "line 3"
	files   selection
	dir     string // that its steps run in, "" for that of the tool
	steps   []step
	service bool // the last step goes on running
	atStart bool // it runs without a change only

	interrupt bool // its end is asked for before it is forced
	grace     time.Duration
}

// arrange makes one of the tasks the program, and rules of the others where it
// can.
func (d *draft) arrange(tasks []task) error {
	tasks = slices.DeleteFunc(tasks, func(t task) bool { return len(t.steps) == 0 })
	if len(tasks) == 0 {
		return &Error{Message: "there is no command in it", Hint: "init without --from looks at the project instead"}
	}
	for i := range tasks {
		tasks[i].files.settle(d)
		tasks[i].enter()
	}
	main := chosen(tasks)
	for i, t := range tasks {
		if i != main {
			d.beside(t, &tasks[main].files)
		}
	}
	t := tasks[main]
	d.watch(t.files)
	if t.service || serves(t.steps[len(t.steps)-1]) {
		d.withoutTests()
		d.SendInterrupt, d.KillDelay = t.interrupt, t.grace
		d.program(t.steps, t.dir)
	} else {
		d.finishes(t.steps, t.dir)
	}
	return nil
}

// enter makes the folder of the task what its first step changes to.
func (t *task) enter() {
	if t.dir == "" && len(t.steps) > 1 && t.steps[0].is("cd") && len(t.steps[0].words) == 2 {
		t.dir, t.steps = t.steps[0].words[1].text, t.steps[1:]
	}
}

// chosen is the task that builds and runs a Go program, or else the first that
// runs anything.
func chosen(tasks []task) int {
	best, value := 0, -1
	for i, t := range tasks {
		v := 0
		last := t.steps[len(t.steps)-1]
		if t.service || serves(last) {
			v = 2
		}
		if v > 0 && slices.ContainsFunc(t.steps, func(s step) bool { return s.is("go") }) {
			v = 4
		}
		if t.service && v > 0 {
			v++
		}
		if t.atStart {
			v = 0
		}
		if v > value {
			best, value = i, v
		}
	}
	return best
}

// beside carries over a task that is not the program.
func (d *draft) beside(t task, program *selection) {
	commands := inDir(t.steps, t.dir)
	what := strings.Join(commands, " && ")
	if t.name != "" {
		what += " (" + t.name + ")"
	}
	switch {
	case t.service:
		d.drop(what, "one .air.toml is for one program: start it beside ginreload")
		return
	case t.atStart:
		d.drop(what, "nothing runs once, at the start")
		return
	case t.files.overlaps(program):
		d.drop(what, "a rule for files of the program would take the place of its build")
		return
	}
	rule := config.Rule{Cmd: strings.Join(commands, " && "),
		IncludeExt: t.files.ext, IncludeDir: t.files.dir, IncludeFile: t.files.file}
	patterns := slices.Clone(t.files.excludeRegex)
	for _, dir := range t.files.excludeDir {
		patterns = append(patterns, "(^|/)"+regexp.QuoteMeta(dir)+"/")
	}
	for _, glob := range t.files.excludeFile {
		patterns = append(patterns, globRegexp(glob))
	}
	for _, pattern := range add(nil, patterns...) {
		if re, err := regexp.Compile(pattern); err == nil {
			rule.ExcludeRegex = append(rule.ExcludeRegex, re)
		}
	}
	d.Rules = append(d.Rules, rule)
}

// watch says which files the program is made of.
func (d *draft) watch(s selection) {
	d.IncludeExt = add([]string{}, s.ext...)
	d.IncludeDir, d.IncludeFile = s.dir, s.file
	d.ExcludeDir = add(d.ExcludeDir, "tmp")
	d.ExcludeDir = add(d.ExcludeDir, s.excludeDir...)
	d.ExcludeFile, d.ExcludeRegex = s.excludeFile, add([]string{}, s.excludeRegex...)
}

// patience is how long an interrupted program may take if its tool has no
// limit. Air kills at once without one, and waits for 5 s at most.
const patience = 4 * time.Second

// withoutTests excludes tests: they are no part of a program.
func (d *draft) withoutTests() {
	excluded := func(pattern string) bool {
		re, err := regexp.Compile(pattern)
		return err == nil && re.MatchString("/a_test.go")
	}
	if !slices.ContainsFunc(d.ExcludeRegex, excluded) {
		d.ExcludeRegex = append(d.ExcludeRegex, `_test\.go$`)
	}
}
