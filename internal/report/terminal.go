package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
)

// Options of a Terminal.
type Options struct {
	Version string // of ginreload, for the first line
	Color   bool   // see ColorEnabled
	ASCII   bool   // plain symbols, see ASCII
	Verbose bool   // also what is of use only when something is odd
}

// Terminal returns a sink that writes lines for people: one per event that
// matters, the time first. Errors of the compiler come as ./file:line:column,
// so that terminals and editors can follow them.
func Terminal(w io.Writer, o Options) event.Sink {
	t := &terminal{w: w, style: newStyle(o.Color, o.ASCII), version: o.Version, verbose: o.Verbose}
	return t.show
}

// terminal keeps what the events before say about those to come. It needs no
// lock: a sink gets one event at a time.
type terminal struct {
	w io.Writer
	style
	version string
	verbose bool

	served    bool     // a generation has been ready
	changed   changes  // since the last reload
	addresses []string // as shown last
	handoff   string   // of the generation that started last
}

func (t *terminal) show(e event.Event) {
	if text := t.whole(e); text != "" {
		_, _ = io.WriteString(t.w, text)
	}
}

// whole is what is shown of an event: lines, and the hint below them.
func (t *terminal) whole(e event.Event) string {
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
		return t.aside(e, fmt.Sprintf("build %d started", number(e.Build)))
	case event.BuildFinished:
		return t.build(e)
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
	case event.Notice:
		return t.notice(e)
	case event.Stopping:
		return t.line(e, t.dim.Sprint(t.note+" stopping"+spaced(": ", t.message(e.Message))))
	case event.Stopped:
		return t.line(e, t.dim.Sprint(t.note+" stopped"+spaced(": ", t.message(e.Message))))
	}
	return ""
}

func (t *terminal) banner(e event.Event) string {
	watching := t.message(e.Message)
	if watching == "" && e.Root != "" {
		watching = "watching " + clean(e.Root)
	}
	parts := []string{t.bold.Sprint(strings.TrimSpace("ginreload " + t.version)), clean(e.Package), t.dim.Sprint(watching)}
	if watching == "" {
		parts = parts[:2]
	}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return strings.Join(parts, "  ") + "\n"
}

func (t *terminal) change(e event.Event) string {
	ignored := e.Action == "ignore"
	var now changes
	now.add(e.Files)
	if !ignored {
		t.changed.add(e.Files)
	}
	if !t.verbose {
		return ""
	}
	return t.line(e, t.dim.Sprint(t.edit+" "+now.String()+"  "+clean(e.Action)+because(clean(e.Why), "")))
}

func (t *terminal) reloaded(e event.Event) string {
	who := generation(e.Generation)
	handoff := e.Handoff
	if handoff == "" {
		handoff = t.handoff
	}
	took, phases := "", ""
	if e.Timings != nil {
		took = " in " + t.bold.Sprint(duration(e.Timings.Total))
		phases = t.phases(*e.Timings)
	}
	files := t.changed
	if len(e.Files) > 0 {
		files = changes{}
		files.add(e.Files)
	}
	t.changed = changes{}
	moved := len(e.Addresses) > 0 && !slices.Equal(e.Addresses, t.addresses)
	if moved {
		t.addresses = slices.Clone(e.Addresses)
	}
	if !t.served {
		t.served = true
		return t.line(e, fmt.Sprintf("%s %s  (%s, pid %d) ready%s%s",
			t.good.Sprint(t.open), t.where(e.Addresses), who, e.PID, took, spaced("   ", phases)))
	}
	text := t.line(e, fmt.Sprintf("%s reloaded%s%s%s  (%s)",
		t.good.Sprint(t.ok), spaced(" ", files.String()), took, spaced("  ", phases), who+spaced(", ", clean(handoff))))
	if moved {
		text += "  " + t.good.Sprint(t.open) + " " + t.where(e.Addresses) + "\n"
	}
	return text
}

// where is what to open in a browser, and without that what is running.
func (t *terminal) where(addresses []string) string {
	if len(addresses) == 0 {
		return "the program"
	}
	shown := make([]string, len(addresses))
	for i, address := range addresses {
		shown[i] = t.link.Sprint(clean(address))
	}
	return strings.Join(shown, ", ")
}

// shownWait is how long something must have waited for the line to say so, in
// milliseconds.
const shownWait = 20

func (t *terminal) phases(timings event.Timings) string {
	phase := func(name string, ms float64) string { return name + " " + strings.TrimSuffix(duration(ms), " ms") }
	list := []string{phase("build", timings.Build), phase("ready", timings.Ready)}
	if timings.Waiting >= shownWait {
		list = append([]string{phase("waited", timings.Waiting)}, list...)
	}
	return t.dim.Sprint(strings.Join(list, " "+t.dot+" "))
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
	return t.line(e, t.warn.Sprint(t.alert)+" "+generation(e.Generation)+" "+what+"; "+t.serving(e.Serving))
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
	return t.dim.Sprint(e.Time.Format("15:04:05")) + " " + text + "\n"
}

// message makes text for people harmless; further lines are indented.
func (t *terminal) message(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(cleanBlock(text)), "\n", "\n  ")
}
