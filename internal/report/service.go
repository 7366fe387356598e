package report

import (
	"fmt"

	"github.com/ginreload/ginreload/internal/event"
)

// keptRunning is the role of a command that is a service.
const keptRunning = "service"

// keptBegun and keptEnded tell of a command that is kept running. Whose it is
// stands before the line.

func (t *terminal) keptBegun(e event.Event) string {
	return t.aside(e, fmt.Sprintf("started (pid %d): %s", e.PID, t.short(e.Command.Line)))
}

func (t *terminal) keptEnded(e event.Event) string {
	text := ""
	switch {
	case e.Message != "":
		text = "could not be run: " + t.message(e.Message)
	case e.Exit == nil:
		return t.aside(e, "ended")
	case *e.Exit == (event.Exit{}):
		return t.line(e, t.note+" finished in "+duration(e.Command.Millis))
	default:
		text = "ended after " + duration(e.Command.Millis) + ": " + ending(*e.Exit)
	}
	if e.Action == rerun {
		text += "; " + t.warn.Sprint("starts again"+spaced(" ", clean(e.Why)))
	}
	return t.line(e, t.warn.Sprint(t.alert)+" "+text)
}
