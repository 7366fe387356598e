package report

import (
	"fmt"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
)

// shownTestLines is how much of what failing tests say is shown; a screen holds
// no more, and the rest is a go test away.
const shownTestLines = 40

// tests tells how tests have ended. Those that passed take one line.
func (t *terminal) tests(e event.Event) string {
	if e.Tests == nil {
		return ""
	}
	r := *e.Tests
	switch r.Outcome {
	case event.TestsNone:
		return t.aside(e, "no test reaches "+names(e.Files))
	case event.TestsCanceled:
		return t.aside(e, "tests canceled: a newer change came first")
	case event.TestsBroken:
		return t.line(e, t.warn.Sprint(t.alert)+" tests could not be run: "+t.message(e.Message))
	case event.TestsFailed:
		text := fmt.Sprintf("tests failed in %s: %s of %s", duration(r.Millis), count(len(r.Failed), "package"), fmt.Sprint(r.Packages))
		return t.line(e, t.bad.Sprint(t.failed+" "+text)) + t.excerpt(r.Output)
	}
	cached := ""
	if r.Cached > 0 {
		cached = fmt.Sprintf(" (%d cached)", r.Cached)
	}
	return t.line(e, fmt.Sprintf("%s tests passed in %s  %s", t.good.Sprint(t.ok), duration(r.Millis), t.dim.Sprint(count(r.Packages, "package")+cached)))
}

func (t *terminal) excerpt(output string) string {
	var text strings.Builder
	lines := strings.Split(strings.TrimRight(cleanBlock(output), "\n"), "\n")
	for i, line := range lines {
		if i == shownTestLines {
			fmt.Fprintf(&text, "  %s and %s more\n", t.more, count(len(lines)-i, "line"))
			break
		}
		text.WriteString("  " + line + "\n")
	}
	return text.String()
}

// names is a few of the files.
func names(files []string) string {
	var all changes
	all.add(files)
	return all.String()
}
