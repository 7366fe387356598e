//go:build linux

package supervisor_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// T4: a new process that dies right after Ready has left two things for the old
// one to find, and tableflip chooses between them at random. If it is the wrong
// one, the old process leaves, and nobody serves.
func TestHazardReadyAndDead(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		for range tries {
			r := startRecipe(t)
			old := r.answers()
			r.behave("die")
			syscall.Kill(old, syscall.SIGUSR2)
			if r.expect(`exit \d+|upgrade: child pid=\d+ exited`)[0][0] != 'e' {
				continue
			}
			r.end()
			if _, err := net.Dial("tcp", r.host()); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("somebody serves: %v", err)
			}
			return
		}
		t.Errorf("%d upgrades to a process that dies, and all of them were seen to fail", tries)
	})
	// For one that dies a little later see TestNewProcessThatDiesAtOnceIsTakenBack.
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		old, held := r.answers(), r.wire()
		r.behave("die-serving")
		for range 5 {
			if got := r.get("/upgrade"); !strings.Contains(got, "error upgrade") && !strings.Contains(got, "replaced by") {
				t.Error(got)
			}
			for r.answers() != old {
			}
			held.expect("generation 1")
		}
		r.behave()
		r.replace()
		held.expect("generation 2")
	})
	// The same choice, between a new process that serves and its being late.
	t.Run("supervisor, late and serving", func(t *testing.T) {
		t.Parallel()
		const limit = 500 * time.Millisecond
		r := start(t, "guard=10ms", "ready="+limit.String())
		r.behave("guard=10ms", "ready="+limit.String(), "gate=serving")
		for range 8 {
			old := r.answers()
			next := r.nextAt("serving", old)
			r.stall(old, func() { r.open("serving"); <-time.After(limit) })
			r.awaitExit(old)
			if pid := r.answers(); pid != next {
				t.Fatalf("%d serves, want %d", pid, next)
			}
		}
	})
}

// T5: if the old process is killed during the upgrade, Ready fails in the new
// one, and the recipe has it panic: the only one left with the sockets.
func TestHazardOldProcessKilled(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t)
		old := r.answers()
		r.behave("gate=ready")
		syscall.Kill(old, syscall.SIGUSR2)
		r.expect(`at gate ready`)
		syscall.Kill(old, syscall.SIGKILL)
		r.awaitExit(old)
		r.open("ready")
		r.expect(`not ready: can't notify parent process: .*broken pipe`)
		r.end()
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		for _, gate := range []string{"run", "ready", "serving"} {
			r := start(t)
			old := r.answers()
			r.behave("gate="+gate, "readygate")
			syscall.Kill(old, syscall.SIGUSR2)
			next := r.expectPID(`at gate ` + gate + ` (\d+)`)
			syscall.Kill(old, syscall.SIGKILL)
			r.awaitExit(old)
			r.open(gate)
			if pid := r.answers(); pid != next {
				t.Errorf("%s: %d serves, want %d", gate, pid, next)
			}
			r.behave()
			r.replace()
		}
	})
}

// T13: a second Ready in a new process fails on the pipe that the first one has
// closed.
func TestHazardReadyTwice(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, "twice")
		r.expect(`twice: <nil>`) // as long as there is nobody to tell
		r.signal(syscall.SIGUSR2)
		r.expect(`twice: can't notify parent process: .*file already closed`)
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "twice")
		r.expect(`twice: supervisor: Run was called before`)
		r.upgrade()
		r.expect(`twice: supervisor: Run was called before`)
		if got := r.get("/"); got != "generation 2\n" {
			t.Error(got)
		}
	})
}

// T15: a process cannot be upgraded before its predecessor has left, so one
// stuck request blocks all deployments, and whoever asks has to ask again.
func TestHazardStuckPredecessor(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t)
		old := r.answers()
		r.stream("/deaf")
		syscall.Kill(old, syscall.SIGUSR2)
		r.expect(`exit \d+`)
		for {
			got, err := ask(r.url + "/upgrade")
			if err != nil || strings.Contains(got, "already upgraded") {
				continue // the old process, before it has closed its listener
			}
			if !strings.Contains(got, "parent hasn't exited") {
				t.Errorf("got %q", got)
			}
			break
		}
		if !alive(old) {
			t.Error("the old process has left")
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "drain=1s")
		r.stream("/deaf")
		r.upgrade()
		r.upgrade() // is late, but comes to pass
		r.expect(`generation 1 ended: supervisor: drain deadline: closed 1 connections`)
		if got := r.get("/"); got != "generation 3\n" {
			t.Error(got)
		}
	})
}

// T17: a new process that hangs is killed, and with it the evidence.
func TestHazardNoEvidence(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, "timeout=3s") // in which it comes to say that it hangs
		r.behave("hang")
		r.refused("timed out")
		r.awaitExit(r.expectPID(`hanging (\d+)`))
		if strings.Contains(r.out.String(), "goroutine") {
			t.Error("it says where it hung")
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "ready=3s")
		r.behave("crowd", "gate=new") // and the dump is longer than what is kept of it
		r.refused(" | github.com/ginreload/ginreload/supervisor_test.(*app).gate")
		r.behave("hang")
		r.refused("its main was at: github.com/ginreload/ginreload/supervisor_test.(*app).main")
		if got := r.get("/"); got != "generation 1\n" {
			t.Error(got)
		}
	})
}
