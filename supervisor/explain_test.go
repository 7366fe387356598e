package supervisor

import (
	"errors"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	// The texts of tableflip v1.2.3, upgrader.go and child.go.
	for _, c := range []struct {
		text, want, status string
		pid                int
	}{
		{"child pid=17 exited: exit status 3", "the new process ended before it was ready: exit status 3 (pid 17)", "exit status 3", 17},
		{"child pid=17 exited: signal: killed", "the new process ended before it was ready: signal: killed (pid 17)", "signal: killed", 17},
		{"child pid=17 exited", "the new process ended before it was ready: exit status 0 (pid 17)", "exit status 0", 17},
		{"can't start child: can't start process /app: fork/exec: permission denied", "could not be started: /app: fork/exec: permission denied", "", 5},
		{"can't start child: can't start process /app: fork/exec: text file busy", "somebody has had /app open for writing", "", 5},
		{"terminating", "terminating (pid 5)", "", 5},
	} {
		w := &watch{attempt: &attempt{pid: 5}}
		var e *UpgradeError
		if !errors.As(w.explain(errors.New(c.text)), &e) {
			t.Fatalf("%s: not an UpgradeError", c.text)
		}
		if !strings.Contains(e.Error(), c.want) || e.Status != c.status || e.PID != c.pid {
			t.Errorf("%s: %q, status %q, pid %d", c.text, e, e.Status, e.PID)
		}
	}
}
