//go:build linux

package supervisor_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The old process is killed in the middle of an upgrade. The new one holds the
// sockets, and nobody else does.
func TestNewProcessTakesOverWhenTheOldOneIsKilled(t *testing.T) {
	t.Parallel()
	for _, gate := range []string{"new", "run"} {
		t.Run("before "+gate, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			r.behave("gate="+gate, "chatty")
			old := r.answers()
			syscall.Kill(old, syscall.SIGUSR2)
			r.expect(`at gate ` + gate)
			r.namesWritten()
			syscall.Kill(old, syscall.SIGKILL)
			r.awaitExit(old)
			waiting := r.wire() // in the queue of the socket that the new one holds
			waiting.send(plainRequest)
			r.open(gate)
			if got, _ := waiting.answer(); got != "generation 2" {
				t.Error(got)
			}
			r.behave()
			r.upgrade()
			if got := r.generation(); got != 3 {
				t.Errorf("generation %d serves", got)
			}
		})
	}
}

// namesWritten waits until tableflip, in a goroutine that it starts before
// another one, has told the new process which descriptors are what. Killed
// before that, the old one takes the knowledge with it.
func (r *running) namesWritten() {
	r.t.Helper()
	for {
		stacks := r.get("/stacks")
		// One that has not begun to run shows as the compiler's wrapper only.
		if strings.Contains(stacks, "waitReady") && !strings.Contains(stacks, "writeNames") && !strings.Contains(stacks, "startChild.gowrap1") {
			return
		}
	}
}

var inheritance = regexp.MustCompile(`TABLEFLIP.*|LISTEN_.*| [3-9][0-9]* -> (pipe|socket).*`)

// T6, T7: what is meant for the new process must not reach those it starts.
func TestInheritanceIsHidden(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.upgrade()
	for i := range 2 {
		got := r.get("/grandchild")
		if bad := inheritance.FindString(got); bad != "" {
			t.Errorf("%q in\n%s", bad, got)
		}
		if i == 0 {
			r.behave("gate=run")
			r.signal(syscall.SIGUSR2)
			r.expect(`at gate run`)
			r.open("run")
			r.expect(`generation 2 ended`)
		}
	}
}
