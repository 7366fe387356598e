package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// Labels tell the lines of several services apart: the name of the service stands
// before each, in a colour of its own, all in one column. They do not change, and
// may be used by any goroutine.
type Labels struct{ marks map[string]string }

// nameColors follow each other; those of trouble are left out.
var nameColors = []color.Attribute{color.FgCyan, color.FgMagenta, color.FgBlue, color.FgGreen, color.FgHiCyan, color.FgHiMagenta, color.FgHiBlue, color.FgHiGreen}

// NewLabels returns those of services with these names.
func NewLabels(names []string, colored, ascii bool) Labels {
	width, bar := 0, "│"
	if ascii {
		bar = "|"
	}
	for _, name := range names {
		width = max(width, utf8.RuneCountInString(name))
	}
	l := Labels{map[string]string{}}
	for i, name := range names {
		c := color.New(nameColors[i%len(nameColors)])
		if colored {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		l.marks[name] = c.Sprint(name+strings.Repeat(" ", width-utf8.RuneCountInString(name))+" "+bar) + " "
	}
	return l
}

// Mark returns whole lines of a service with its name before each of them. Lines
// of nobody are left as they are.
func (l Labels) Mark(service, lines string) string {
	mark := l.marks[service]
	if mark == "" || lines == "" {
		return lines
	}
	lines = strings.TrimSuffix(lines, "\n")
	return mark + strings.ReplaceAll(lines, "\n", "\n"+mark) + "\n"
}

// Foreign returns one line that a service has printed, without its end, with what
// it is called before it. It cannot control the terminal, but keeps its colours.
func (l Labels) Foreign(service, line string) string {
	return l.Mark(service, foreign(line, true)+"\n")
}

// services is the list of names for the first line.
func services(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %s", count(len(names), "service"), clean(strings.Join(names, ", ")))
}
