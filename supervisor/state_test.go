//go:build unix

package supervisor_test

import (
	"strings"
	"testing"
)

func TestStateGoesFromGenerationToGeneration(t *testing.T) {
	t.Parallel()
	r := start(t, "state=1")
	r.expect(`received 0 supervisor: no such state was offered`)
	r.expect(`journal "generation 1\\n"`)
	r.replace()
	r.behave("state=2")
	r.replace()
	for _, want := range []string{`received 1 <nil>`, `journal "generation 1\\ngeneration 2\\n"`, `received 2 <nil>`} {
		if !strings.Contains(r.out.String(), strings.ReplaceAll(want, `\\`, `\`)) {
			t.Errorf("it never said %s", want)
		}
	}
}

// What the new version cannot use keeps it from taking over, and leaves no trace
// in the old one.
func TestStateThatIsNotUnderstoodFailsTheUpgrade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, next, want string }{
		{"newer than the reader", "state=2", "state=1", "version 2 is newer than mine"},
		{"broken off", "state=1 broken", "state=1", "unexpected EOF"},
		{"ignored by the program", "state=2", "state=1 careless", "version 2 is newer than mine"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, c.old)
			r.behave(c.next)
			if got := r.get("/upgrade"); !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %q in it", got, c.want)
			}
			if got := r.get("/"); got != "generation 1\n" {
				t.Errorf("%q serves", got)
			}
			r.behave()
			r.replace()
		})
	}
}
