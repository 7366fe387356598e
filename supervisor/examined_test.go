//go:build unix

package supervisor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A new version that runs but is not well never gets a client.
func TestUnhealthyVersionDoesNotTakeOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, old, next string
		want            []string
	}{
		{"own check", "", "unready", []string{"the new process gave up: not ready: the database has another schema", "exit status 1"}},
		{"probe", "", "probe=/unhealthy", []string{"GET /unhealthy was answered with 503", "migrations are missing"}},
		{"probe without an answer", "", "probe=/hangup", []string{"not healthy: ask for /hangup: ", "EOF"}},
		{"veto", "veto", "", []string{"not signed: "}},
		{"self-check", "selfcheck=bad", "", []string{"failed its self-check", "configuration: bad"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, c.old)
			w := r.wire()
			w.expect("generation 1")
			r.behave(c.next)
			got := r.get("/upgrade")
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %q in it", got, want)
				}
			}
			for range 20 {
				w.expect("generation 1")
				if got := r.get("/"); got != "generation 1\n" {
					t.Errorf("%q serves", got)
				}
			}
		})
	}
}

func TestProbesReachTheNewProcessOnly(t *testing.T) {
	t.Parallel()
	r := start(t, "look", "probe=/pid", "selfcheck=good")
	old := r.answers()
	r.behave("look", "probe=/pid", "selfcheck=good", "readygate", "ready")
	r.signal(syscall.SIGUSR2)
	next := r.expectPID(`at gate ready (\d+)`)
	if got := r.answers(); got != old {
		t.Errorf("%d answers while %d is not ready", got, next)
	}
	r.open("ready")
	if looked := r.expectPID(`looked at (\d+) from`); looked != next {
		t.Errorf("looked at %d, the new process is %d", looked, next)
	}
	r.expect(`generation 1 ended: <nil>`)
}

func TestPIDFileNamesWhoServes(t *testing.T) {
	t.Parallel()
	r := start(t, "pidfile=app.pid")
	path := filepath.Join(r.dir, "app.pid")
	named := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	check := func() {
		t.Helper()
		if got, want := named(), r.get("/pid"); got != want {
			t.Errorf("the file names %s, %s serves", got, want)
		}
	}
	check()
	r.behave("pidfile=app.pid", "exit")
	r.get("/upgrade")
	check()
	r.behave("pidfile=app.pid")
	for range 3 {
		r.replace()
		check()
	}
	// A second instance must not start, however it is started.
	other := prepare(t, "pidfile=../"+filepath.Base(r.dir)+"/app.pid")
	os.Remove(filepath.Join(other.dir, "app.pid"))
	os.Symlink(path, filepath.Join(other.dir, "app.pid"))
	other.behave("pidfile=app.pid")
	other.launch()
	other.expect(`is locked by another instance of the program \(PID ` + r.get("/pid") + `\)`)
	other.end()
	check()

	syscall.Kill(r.answers(), syscall.SIGTERM)
	r.end()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("after the stop: %v", err)
	}
}

// A stale file of a process that was killed is taken over.
func TestPIDFileOfADeadProcess(t *testing.T) {
	t.Parallel()
	r := prepare(t, "pidfile=app.pid")
	path := filepath.Join(r.dir, "app.pid")
	if err := os.WriteFile(path, []byte("4194305\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.launch()
	pid := fmt.Sprint(r.answers())
	if text, _ := os.ReadFile(path); strings.TrimSpace(string(text)) != pid {
		t.Errorf("the file says %q, %s serves", text, pid)
	}
}

func TestSignalsForReloadAndReopen(t *testing.T) {
	t.Parallel()
	r := start(t, "signals")
	pid := r.get("/pid")
	r.signal(syscall.SIGHUP)
	r.expect(`reload ` + pid)
	r.expect(`reloaded.*bad config`)
	r.signal(syscall.SIGUSR1)
	r.expect(`reopen ` + pid)
	// While the old process drains it has log files too.
	said := r.stream("/stream")
	hold := r.wire()
	hold.send("GET /slow?ms=1000 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect("slow began\n")
	r.upgrade()
	next := r.get("/pid")
	r.signal(syscall.SIGUSR1)
	r.expect(fmt.Sprintf(`(?s)reopen %s\n.*reopen %s\n|reopen %[2]s\n.*reopen %[1]s\n`, pid, next))
	<-said
	hold.answer()
}

// Without a hook nothing happens, above all no end of the program.
func TestHangupWithoutAHook(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.signal(syscall.SIGHUP)
	r.expect(`supervisor: reloaded`)
	r.signal(syscall.SIGUSR1)
	r.expect(`supervisor: reopened`)
	if got := r.get("/"); got != "generation 1\n" {
		t.Error(got)
	}
}
