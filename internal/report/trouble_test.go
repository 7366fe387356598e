package report

import (
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

func TestTrouble(t *testing.T) {
	trouble := NewTrouble("1.0")
	for _, step := range []struct {
		event            event.Event
		headline, detail string
	}{
		{event.Event{Kind: event.Started}, "", ""},
		{event.Event{Kind: event.AppExited, Generation: 2, Exit: &event.Exit{Code: 3}, Message: "panic: boom", Hint: "mend it"},
			"#2 exited: exit code 3, panic: boom; waiting for the next save", "  → mend it"},
		{event.Event{Kind: event.BuildStarted, Build: &event.Build{Number: 2}},
			"#2 exited: exit code 3, panic: boom; waiting for the next save", "  → mend it"},
		{event.Event{Kind: event.BuildFinished, Build: &event.Build{Number: 2, Outcome: event.Same}},
			"#2 exited: exit code 3, panic: boom; waiting for the next save", "  → mend it"},
		{event.Event{Kind: event.BuildFinished, Build: &event.Build{Number: 3, Outcome: event.Failed, Millis: 151, Errors: 1, Packages: 1,
			Diagnostics: []event.Diagnostic{{File: "main.go", Line: 7, Message: "undefined: x", Count: 1}}}},
			"build failed in 151 ms: 1 error in 1 package; waiting for the next save", "  ./main.go:7: undefined: x"},
		{event.Event{Kind: event.ReloadFailed, Generation: 4, Serving: 3}, "#4 did not start; #3 still serves", ""},
		{event.Event{Kind: event.Reloaded, Generation: 5}, "", ""},
	} {
		trouble.Show(step.event)
		if headline, detail := trouble.Text(); headline != step.headline || detail != step.detail {
			t.Errorf("after %s: %q and %q, want %q and %q", step.event.Kind, headline, detail, step.headline, step.detail)
		}
	}
}
