//go:build linux

package operator_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/operator"
)

func status(t *testing.T, s operator.Status) (string, error) {
	t.Helper()
	var out strings.Builder
	s.Out = &out
	err := s.Run(t.Context())
	return told(out.String(), err), err
}

// Both generations are shown, whichever of them was named.
func TestStatusShowsWhoServesAndWhoDrains(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	r.behave("crash")
	if _, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true}); err == nil {
		t.Fatal("it is up")
	}
	r.behave("")
	held := r.hold(r.address)
	if text, err := upgrade(t, operator.Upgrade{Target: operator.Target{PID: r.pid()}, Wait: true}); err != nil {
		t.Fatal(text)
	}
	r.await(`event serving 2`)
	text, err := status(t, operator.Status{Target: operator.Target{PID: r.pid()}})
	if err != nil {
		t.Fatal(text)
	}
	matches(t, text,
		`/.*\.test`, `  built or copied .*, go1\.\S+`, ``,
		`  GENERATION   PID +PHASE +SINCE +AGE +NEW +IDLE +ACTIVE +HIJACKED`,
		`  2 +\d+ +serving +\S+ +\S+ +0 +0 +0 +0`,
		fmt.Sprintf(`  1 +%d +draining +\S+ +\S+ +0 +0 +1 +0`, r.pid()),
		`  generation 1 waits for 1 request, for \S+ more at most`, ``,
		`  LISTENER +ADDRESS +QUEUE +NEW +IDLE +ACTIVE +HIJACKED`,
		`  http +127.0.0.1:\d+ +0 of \d+ +0 +0 +0 +0`, ``,
		`  upgrades: 1 succeeded, 1 failed \(exit\)`,
		`  last: \S+ ago to generation 2, upgraded after \S+`, `        binary checked \S+, started .*`)
	newest := regexp.MustCompile(`(?m)^  2 +(\d+)`).FindStringSubmatch(text)[1]

	text, err = status(t, operator.Status{Target: operator.Target{PID: r.pid()}, JSON: true})
	if err != nil {
		t.Fatal(text)
	}
	var doc struct {
		Version   int
		Processes []struct {
			PID    int
			Status struct {
				Version, Generation int
				Phase               string
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(doc); got != fmt.Sprintf("{1 [{%s {1 2 serving}} {%d {1 1 draining}}]}", newest, r.pid()) {
		t.Error(got)
	}
	r.open("held")
	if err := <-held; err != nil {
		t.Error(err)
	}
}

func TestStatusOfAll(t *testing.T) {
	t.Parallel()
	one, other := start(t, ""), start(t, "")
	text, err := status(t, operator.Status{})
	if err != nil {
		t.Fatal(text)
	}
	for _, r := range []*running{one, other} {
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^  1 +%d +serving`, r.pid())).MatchString(text) {
			t.Errorf("process %d is not in\n%s", r.pid(), text)
		}
	}
	// With several to choose from, an upgrade asks which one is meant.
	text, err = upgrade(t, operator.Upgrade{Wait: true})
	if err == nil || !strings.Contains(text, "  → say which by its PID") || !strings.Contains(text, fmt.Sprintf("\n    %d  /", one.pid())) {
		t.Error(text)
	}
}

func TestStatusOfAProcessThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	r := start(t, "shy")
	text, err := status(t, operator.Status{Target: operator.Target{PID: r.pid()}})
	if err == nil {
		t.Error("no error")
	}
	matches(t, text, `process \d+ \(.*\) has no admin socket: it runs no supervisor, or has switched that off \(NoAdmin\)`, `  → .*`)
}
