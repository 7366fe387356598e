package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
)

// A reload that has come through, and where the program is to be found.

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
	what, files := "reloaded", t.changed
	if len(e.Files) > 0 {
		files = changes{}
		files.add(e.Files)
	}
	if e.Action == rerun {
		what, files = "started again", changes{}
	} else {
		t.changed = changes{}
	}
	moved := len(e.Addresses) > 0 && !slices.Equal(e.Addresses, t.addresses)
	if moved {
		t.addresses = slices.Clone(e.Addresses)
	}
	if !t.served {
		t.served = true
		return t.line(e, fmt.Sprintf("%s %s  (%s, pid %d) ready%s%s",
			t.good.Sprint(t.open), t.where(e.Addresses), who, e.PID, took, spaced("   ", phases)))
	}
	text := t.line(e, fmt.Sprintf("%s %s%s%s%s  (%s)",
		t.good.Sprint(t.ok), what, spaced(" ", files.String()), took, spaced("  ", phases), who+spaced(", ", clean(handoff))))
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
