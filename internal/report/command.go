package report

import (
	"strings"
	"unicode/utf8"

	"github.com/ginreload/ginreload/internal/event"
)

// Commands of the configuration, and what they print.

// shownCommand is how many characters of a command stand next to how it ended.
const shownCommand = 60

func (t *terminal) begun(e event.Event) string {
	if e.Command == nil {
		return ""
	}
	if e.Command.Role == keptRunning {
		return t.keptBegun(e)
	}
	return t.aside(e, title(*e.Command)+" started"+spaced(": ", t.message(e.Command.Line)))
}

// ended shows what has failed. Of the command that builds the end of the build
// says more, and of one that was called off there is nothing to say.
func (t *terminal) ended(e event.Event) string {
	if e.Command == nil {
		return ""
	}
	if e.Command.Role == keptRunning {
		return t.keptEnded(e)
	}
	text := title(*e.Command)
	switch {
	case e.Message != "":
		text += " could not be run: " + t.message(e.Message)
	case e.Exit == nil:
		return t.aside(e, text+" was called off")
	case *e.Exit != (event.Exit{}):
		text += " failed in " + duration(e.Command.Millis) + ": " + ending(*e.Exit) + because("", t.short(e.Command.Line))
	default:
		return t.aside(e, text+" finished in "+duration(e.Command.Millis))
	}
	if !wrong(e) {
		return t.aside(e, text)
	}
	return t.line(e, t.warn.Sprint(t.alert)+" "+text)
}

// builds is the role of the command that makes the program.
const builds = "cmd"

// output shows a line as it came: it is not ginreload's own.
func (t *terminal) output(e event.Event) string {
	if e.Command != nil && e.Command.Role == builds {
		t.printed.add(e.Message)
	}
	return foreign(e.Message, t.colored) + "\n"
}

// printed is the set of lines that were shown as they came.
type printed map[string]bool

func (p *printed) add(line string) {
	if *p == nil {
		*p = printed{}
	}
	(*p)[strings.TrimRight(line, " \t\r\n")] = true
}

// rest returns what of an output was not shown.
func (p printed) rest(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		if line = strings.TrimRight(line, " \t\r\n"); !p[line] {
			lines = append(lines, line)
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func title(c event.Run) string { return clean(c.Role) + spaced(" ", clean(c.Name)) }

// short is the beginning of a command.
func (t *terminal) short(line string) string {
	first, _, more := strings.Cut(strings.TrimSpace(line), "\n")
	if utf8.RuneCountInString(first) > shownCommand {
		first, more = string([]rune(first)[:shownCommand]), true
	}
	first = strings.TrimSpace(first)
	if more {
		first += " " + t.more
	}
	return first
}
