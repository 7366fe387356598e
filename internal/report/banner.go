package report

import (
	"slices"
	"strings"

	"github.com/ginreload/ginreload/internal/event"
)

// banner is the first line, or what the user wants to see in its place.
func (t *terminal) banner(e event.Event) string {
	if t.instead != nil {
		if *t.instead == "" {
			return ""
		}
		return foreign(*t.instead, t.colored) + "\n"
	}
	watching := t.message(e.Message)
	if watching == "" && e.Root != "" {
		watching = "watching " + clean(e.Root)
	}
	if watching != "" {
		watching = t.dim.Sprint(watching)
	}
	parts := []string{t.bold.Sprint(strings.TrimSpace("ginreload " + t.version)), clean(e.Package), services(e.Services), watching}
	parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
	return t.ink.Sprint(strings.Join(parts, "  ")) + "\n"
}
