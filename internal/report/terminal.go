package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
)

// Options of a Terminal.
type Options struct {
	Version  string  // of ginreload, for the first line
	Banner   *string // instead of the first line, "" for none at all
	Color    bool    // see ColorEnabled
	Colors   Colors
	ASCII    bool // plain symbols, see ASCII
	Verbose  bool // also what is of use only when something is odd
	Timeless bool // no time before the lines
	Extent   Extent
	Services []string // names of those that run, nil if there is one program
}

// Terminal returns a sink that writes lines for people: one per event that
// matters, the time first. Errors of the compiler come as ./file:line:column,
// so that terminals and editors can follow them.
func Terminal(w io.Writer, o Options) event.Sink {
	labels := NewLabels(o.Services, o.Color, o.ASCII)
	terminals := map[string]*terminal{}
	return func(e event.Event) {
		t := terminals[e.Service]
		if t == nil {
			t = newTerminal(o)
			terminals[e.Service] = t
		}
		if text := labels.Mark(e.Service, t.within(e, t.whole(e))); text != "" {
			_, _ = io.WriteString(w, text)
		}
	}
}

// terminal keeps what the events before say about those to come, of one service
// if there are several. It needs no lock: a sink gets one event at a time.
type terminal struct {
	styles                     map[part]style
	style                      // of the part that the event belongs to
	colored, verbose, timeless bool
	version                    string
	instead                    *string // of the first line
	extent                     Extent

	served    bool               // a generation has been ready
	changed   changes            // since the last reload
	addresses []string           // as shown last
	handoff   string             // of the generation that started last
	printed   printed            // by the build, line by line
	diagnosed []event.Diagnostic // of the build, while it ran
}

func newTerminal(o Options) *terminal {
	t := &terminal{
		styles: map[part]style{}, colored: o.Color, verbose: o.Verbose, timeless: o.Timeless,
		version: o.Version, instead: o.Banner, extent: o.Extent,
	}
	for _, p := range []part{mainPart, watcherPart, buildPart, runnerPart} {
		t.styles[p] = newStyle(o.Color, o.ASCII, o.Colors.of(p))
	}
	return t
}

// whole is what is shown of an event: lines, and the hint below them.
func (t *terminal) whole(e event.Event) string {
	t.style = t.styles[partOf(e.Kind)]
	text := t.render(e)
	if text != "" && e.Hint != "" {
		text += "  " + t.arrow + " " + t.message(e.Hint) + "\n"
	}
	return text
}

// render returns whole lines, or nothing for an event that is not shown.
func (t *terminal) render(e event.Event) string {
	switch e.Kind {
	case event.Started:
		return t.banner(e)
	case event.Changed:
		return t.change(e)
	case event.BuildStarted:
		t.printed, t.diagnosed = nil, nil
		return t.aside(e, fmt.Sprintf("build %d started", number(e.Build)))
	case event.Diagnosed:
		return t.diagnoses(e)
	case event.BuildFinished:
		return t.build(e)
	case event.CommandBegun:
		return t.begun(e)
	case event.CommandEnded:
		return t.ended(e)
	case event.Output:
		return t.output(e)
	case event.AppStarting:
		t.handoff = e.Handoff
		return t.aside(e, fmt.Sprintf("%s starts (pid %d)%s", generation(e.Generation), e.PID, because(e.Handoff, e.Why)))
	case event.Reloaded:
		return t.reloaded(e)
	case event.ReloadFailed:
		if e.Exit != nil && *e.Exit == (event.Exit{}) {
			return t.trouble(e, "ended") // it may have been meant to
		}
		return t.trouble(e, "did not start")
	case event.AppExited:
		return t.trouble(e, "exited")
	case event.AppGone:
		return t.aside(e, fmt.Sprintf("%s has left (pid %d)", generation(e.Generation), e.PID))
	case event.TestsStarted:
		return t.aside(e, "tests of "+names(e.Files)+" started")
	case event.TestsFinished:
		return t.tests(e)
	case event.Notice:
		return t.notice(e)
	case event.Stopping, event.Stopped:
		return t.stop(e)
	}
	return ""
}

// stop of one service is part of that of all, which is told as well.
func (t *terminal) stop(e event.Event) string {
	text := string(e.Kind) + spaced(": ", t.message(e.Message))
	if e.Service != "" {
		return t.aside(e, text)
	}
	return t.line(e, t.dim.Sprint(t.note+" "+text))
}

func (t *terminal) change(e event.Event) string {
	var now changes
	now.add(e.Files)
	switch e.Action {
	case "ignore", "refresh", "rule", "test", "reread": // no reload follows
	default:
		t.changed.add(e.Files)
	}
	if !t.verbose {
		return ""
	}
	return t.line(e, t.dim.Sprint(t.edit+" "+now.String()+"  "+clean(e.Action)+because(clean(e.Why), "")))
}

// trouble is a program that is not there; the old one may be.
func (t *terminal) trouble(e event.Event, what string) string {
	var why []string
	if e.Exit != nil {
		why = append(why, ending(*e.Exit))
	}
	if e.Message != "" {
		why = append(why, t.message(e.Message))
	}
	what += spaced(": ", strings.Join(why, ", "))
	return t.line(e, t.warn.Sprint(t.alert)+" "+generation(e.Generation)+" "+what+"; "+t.outlook(e))
}

// rerun is the action of events about a program that is started again because it
// has ended.
const rerun = "rerun"

func (t *terminal) outlook(e event.Event) string {
	if e.Action == rerun {
		return t.warn.Sprint("starts again" + spaced(" ", clean(e.Why)))
	}
	return t.serving(e.Serving)
}

func (t *terminal) serving(number int) string {
	if number == 0 {
		return t.warn.Sprint("waiting for the next save")
	}
	return t.warn.Sprint(generation(number) + " still serves")
}

func (t *terminal) notice(e event.Event) string {
	text := t.message(e.Message)
	switch e.Level {
	case event.Debug:
		return t.aside(e, text)
	case event.Warn:
		return t.line(e, t.warn.Sprint(t.alert)+" "+text)
	case event.Error:
		return t.line(e, t.bad.Sprint(t.failed+" "+text))
	}
	return t.line(e, t.note+" "+text)
}

// aside is a line that only --verbose shows.
func (t *terminal) aside(e event.Event, text string) string {
	if !t.verbose {
		return ""
	}
	return t.line(e, t.dim.Sprint(t.note+" "+text))
}

func (t *terminal) line(e event.Event, text string) string {
	if !t.timeless {
		text = t.dim.Sprint(e.Time.Format("15:04:05")) + " " + text
	}
	if !strings.Contains(text, "\x1b") {
		text = t.ink.Sprint(text)
	}
	return text + "\n"
}

// message makes text for people harmless; further lines are indented.
func (t *terminal) message(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(cleanBlock(text)), "\n", "\n  ")
}
