//go:build linux

package supervisor_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// T1: tableflip names the new process in the PID file before the old one has
// agreed to it. If that does not, since it looks too late, the file names a
// process that was killed.
func TestHazardPIDFileOfADeadProcess(t *testing.T) {
	t.Parallel()
	const limit = time.Second
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		for range tries {
			r := startRecipe(t, withPID, "timeout="+limit.String())
			old := r.answers()
			r.behave(withPID, "gate=ready")
			next := r.nextAt("ready", old)
			r.stall(old, func() {
				r.open("ready")
				r.expect(`ready \d+`)
				<-time.After(limit)
			})
			if r.expect(`exit \d+|upgrade: new child pid=\d+ timed out`)[0][0] == 'e' {
				continue // it saw both, and chose the other
			}
			r.awaitExit(next)
			if got := r.named(); got != next {
				t.Errorf("the file names %d, want the dead %d", got, next)
			}
			return
		}
		t.Errorf("%d upgrades, and none came too late", tries)
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, withPID, "ready="+limit.String())
		r.behave(withPID, "ready="+limit.String(), "gate=run")
		for _, dies := range []bool{false, true, false} {
			old := r.answers()
			next := r.nextAt("run", old)
			r.stall(old, func() {
				r.open("run")
				r.expect(`running`)
				<-time.After(limit)
				if got := r.named(); got != old {
					t.Errorf("the file names %d before %d has agreed to it", got, old)
				}
				if dies {
					syscall.Kill(next, syscall.SIGKILL)
				}
			})
			r.expect(`"supervisor: (upgrade failed|draining)"`)
			if got, want := r.named(), r.answers(); got != want {
				t.Errorf("the file names %d, and %d serves", got, want)
			}
		}
	})
	// The one moment that is left: between the commit and the answer to it.
	t.Run("supervisor, dies at the commit", func(t *testing.T) {
		t.Parallel()
		r := start(t, withPID)
		r.behave(withPID, "die-serving")
		r.refused("exit status 4")
		if got, want := r.named(), r.answers(); got != want {
			t.Errorf("the file names %d, and %d serves", got, want)
		}
	})
}

// T2: tableflip removes the paths of unix sockets that the new version does not
// have before the old process has agreed to it.
// T14: an error with the PID file is not told to the old process, so a new one
// that goes on serves until it is killed for being late.
func TestHazardFailureAtReady(t *testing.T) {
	t.Parallel()
	const missing = "pidfile=missing/pid"
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		path, word := withSocket(t)
		r := startRecipe(t, word, "timeout=2s")
		old := r.answers()
		dial(t, "unix", path)
		r.behave(missing, "lenient")
		syscall.Kill(old, syscall.SIGUSR2)
		r.expect(`not ready: tableflip: can't write PID file: .*no such file`)
		r.expectPID(`ready (\d+)`) // and it serves
		r.expect(`upgrade: new child pid=\d+ timed out`)
		if pid := r.answers(); pid != old {
			t.Errorf("%d serves", pid)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the path is still there: %v", err)
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		path, word := withSocket(t)
		r := start(t, word)
		for _, c := range []struct{ behaviour, want string }{
			{missing, "open the PID file: open "},
			{"unready", "exit status 1"},
			{"die-serving", "exit status 4"},
		} {
			r.behave(c.behaviour)
			r.refused(c.want)
			dial(t, "unix", path).expect("generation 1")
		}
	})
	t.Run("supervisor, disk full", func(t *testing.T) {
		t.Parallel()
		r := prepare(t, withPID)
		if err := os.Symlink("/dev/full", r.pidFile()); err != nil {
			t.Fatal(err)
		}
		r.launch()
		r.expect(`cannot write the PID file.*no space left`)
		r.replace()
	})
}

// T3: a new process that fails early and stops tableflip on its way out, as the
// recipe does with defer, removes the paths of the old one's unix sockets.
func TestHazardStopOfANewProcess(t *testing.T) {
	t.Parallel()
	broken := " also=x,tcp,256.0.0.1:1"
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		path, word := withSocket(t)
		r := startRecipe(t, word)
		dial(t, "unix", path)
		r.behave(word + broken)
		r.refused("exit status 1")
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the path is still there: %v", err)
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		path, word := withSocket(t)
		r := start(t, word)
		for _, behaviour := range []string{word + broken, word + " unready"} {
			r.behave(behaviour)
			r.refused("exit status 1")
			dial(t, "unix", path).expect("generation 1")
		}
	})
}

// T16: the end of Exit does not tell a program that was replaced from one that
// was stopped, so what it tidies up may be its successor's.
func TestHazardReplacedOrStopped(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, withPID, "tidy", "stops")
		r.exchange()
		r.answers()
		if _, err := os.Stat(r.pidFile()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file is still there, and names %d: %v", r.named(), err)
		}
		r.signal(syscall.SIGTERM)
		r.expect(`exit \d+`) // the same
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		socket, also := withSocket(t)
		r := start(t, withPID, also)
		r.replace()
		if got, want := r.named(), r.answers(); got != want {
			t.Errorf("the file names %d, and %d serves", got, want)
		}
		dial(t, "unix", socket).expect("generation 2")
		r.signal(syscall.SIGTERM)
		r.end()
		for _, left := range []string{r.pidFile(), socket} {
			if _, err := os.Lstat(left); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is still there: %v", left, err)
			}
		}
		if n := strings.Count(r.out.String(), `"supervisor: stopping"`); n != 1 {
			t.Errorf("%d stops, want that of generation 2 only", n)
		}
	})
}
