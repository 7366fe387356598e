package convert

import (
	"fmt"
	"regexp"
)

// modd.conf has variables, and blocks of commands behind patterns for files.

var moddBlock = regexp.MustCompile(`(?s)\{[^{}]*\b(?:prep|daemon|indir)\b[ \t]*(?:\+\w+[ \t]*)*:.*\}`)

func (d *draft) modd(text string) error {
	file, err := parseModd(text)
	if err != nil {
		return err
	}
	var tasks []task
	for _, b := range file.blocks {
		tasks = append(tasks, d.moddTasks(file, b)...)
	}
	return d.arrange(tasks)
}

// moddTasks makes a task of the preps and the first daemon of a block, and one
// of each further daemon.
func (d *draft) moddTasks(file moddFile, b moddPart) []task {
	t := task{name: fmt.Sprintf("line %d", b.line), dir: b.dir}
	if b.pattern == nil && b.except == nil {
		t.atStart = true
		t.name = "the block without patterns"
	}
	for _, pattern := range b.pattern {
		if pattern == "+noignore" {
			d.drop(pattern, "hidden folders and the files of editors are never watched")
			continue
		}
		t.files.include(d, pattern, globForms(pattern))
	}
	for _, pattern := range b.except {
		t.files.excludeGlob(pattern)
	}
	var tasks []task
	for _, c := range b.commands {
		command := file.replace(c.text)
		if known := moddName.FindString(command); known != "" {
			d.drop(command, "the names of the changed files, "+known+", are not known to commands")
			continue
		}
		list := steps(command)
		switch {
		case !c.daemon:
			t.steps = append(t.steps, list...)
			continue
		case t.service:
			tasks = append(tasks, task{name: t.name, dir: b.dir, steps: list, service: true})
			continue
		}
		t.steps, t.service = append(t.steps, list...), true
		d.moddSignal(&t, c)
	}
	return append([]task{t}, tasks...)
}

var moddName = regexp.MustCompile(`@(?:mods|dirmods|confdir)\b`)

func (d *draft) moddSignal(t *task, c moddCommand) {
	if c.option == "+sigkill" {
		return
	}
	t.interrupt, t.grace = true, patience
	switch c.option {
	case "", "+sigint", "+sigterm":
	default:
		d.drop(c.option, "a program that is built anew has to be started anew")
	}
}
