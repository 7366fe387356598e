package report

import (
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

func TestTestsAreShown(t *testing.T) {
	for _, c := range []struct {
		name    string
		message string
		tests   event.Tests
		want    string
	}{
		{"passed", "", event.Tests{Outcome: event.TestsPassed, Millis: 812, Packages: 3, Cached: 2}, "✔ tests passed in 812 ms  3 packages (2 cached)\n"},
		{"failed", "", event.Tests{Outcome: event.TestsFailed, Millis: 90, Packages: 2, Failed: []string{"a"}, Output: "--- FAIL: TestX\n    x_test.go:1: no"},
			"✘ tests failed in 90 ms: 1 package of 2\n  --- FAIL: TestX\n      x_test.go:1: no\n"},
		{"could not be run", "go list ended with exit code 1:\ngo: no go.mod", event.Tests{Outcome: event.TestsBroken},
			"! tests could not be run: go list ended with exit code 1:\n  go: no go.mod\n"},
		{"none", "", event.Tests{Outcome: event.TestsNone}, ""},
		{"canceled", "", event.Tests{Outcome: event.TestsCanceled}, ""},
		{"more than a screen", "", event.Tests{Outcome: event.TestsFailed, Packages: 1, Failed: []string{"a"}, Output: strings.Repeat("x\n", 50)},
			"✘ tests failed in 0 ms: 1 package of 1\n" + strings.Repeat("  x\n", 40) + "  … and 10 lines more\n"},
	} {
		var out strings.Builder
		Terminal(&out, Options{Timeless: true})(event.Event{Kind: event.TestsFinished, Message: c.message, Tests: &c.tests})
		if got := out.String(); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}
