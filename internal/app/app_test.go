package app

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
)

// The test binary is the guard of the tests' sessions.
const guardEnv = "APP_TEST_GUARD"

func TestMain(m *testing.M) {
	if os.Getenv(guardEnv) != "" {
		proc.RunGuard(os.Stdin, os.Args[1], os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// running is an App whose programs are shell scripts.
type running struct {
	*App
	t    *testing.T
	dir  string
	done chan error
}

func start(t *testing.T, opts Options) *running {
	t.Helper()
	t.Setenv(guardEnv, "1")
	t.Setenv("TMPDIR", t.TempDir())
	session, err := proc.Open([]string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	console, err := OpenConsole(io.Discard, io.Discard, nil)
	if err != nil {
		t.Fatal(err)
	}
	opts.Session, opts.Console, opts.Dir = session, console, t.TempDir()
	if opts.Env == nil {
		opts.Env = os.Environ
	}
	if opts.Command == nil {
		opts.Command = func(binary string) []string { return []string{"/bin/sh", binary} }
	}
	r := &running{App: New(opts), t: t, dir: opts.Dir, done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { r.done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range r.Events() {
		}
		session.Sweep()
		console.Close()
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// script writes a program.
func (r *running) script(text string) string {
	file := filepath.Join(r.dir, "program")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return file
}

func (r *running) await(kind Kind) Event {
	r.t.Helper()
	patience := time.NewTimer(30 * time.Second)
	defer patience.Stop()
	for {
		select {
		case e, ok := <-r.Events():
			if !ok {
				r.t.Fatalf("ended while the test waited for event %d", kind)
			}
			if e.Kind == kind {
				return e
			}
		case <-patience.C:
			r.t.Fatalf("no event %d", kind)
		}
	}
}

func TestProgramThatEndsAtOnceHasFailed(t *testing.T) {
	r := start(t, Options{})
	r.Reload(r.script("echo 'panic: told to' >&2; exit 3"))
	e := r.await(Failed)
	if e.Exit != (proc.Exit{Code: 3, Known: true}) || e.Message != "panic: told to" || e.Serving != 0 || e.Generation != 1 {
		t.Errorf("told %+v", e)
	}
	r.Stop()
	r.await(Stopped)
}

func TestPortInUseNamesItsOwner(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	r := start(t, Options{})
	r.Reload(r.script("echo 'listen tcp " + ln.Addr().String() + ": bind: address already in use' >&2; exit 1"))
	e := r.await(Failed)
	if !strings.Contains(e.Hint, "is held by pid ") {
		t.Errorf("hint %q", e.Hint)
	}
}

func TestWorkerWithoutAPortGetsReady(t *testing.T) {
	r := start(t, Options{})
	r.Reload(r.script("exec sleep 1000"))
	if e := r.await(Ready); e.Serving != 1 || len(e.Addresses) != 0 || e.PID == 0 {
		t.Errorf("told %+v", e)
	}
	// And is replaced by a restart, the old one first.
	r.Reload(r.script("exec sleep 1001"))
	if e := r.await(Gone); e.Generation != 1 || e.Exit.Signal != "SIGTERM" {
		t.Errorf("told %+v", e)
	}
	if e := r.await(Ready); e.Generation != 2 || e.Handoff != Restart || e.Why == "" {
		t.Errorf("told %+v", e)
	}
	r.Stop()
	r.await(Stopped)
	if err := <-r.done; err != nil {
		t.Error(err)
	}
}

func TestProgramThatIgnoresTheSignalIsKilledAfterTheGrace(t *testing.T) {
	r := start(t, Options{Grace: 50 * time.Millisecond})
	r.Reload(r.script("trap '' TERM; while :; do sleep 1; done"))
	r.await(Ready)
	r.Stop()
	if e := r.await(Notice); !strings.Contains(e.Message, "was killed") {
		t.Errorf("told %+v", e)
	}
	if e := r.await(Gone); e.Exit.Signal != "SIGKILL" {
		t.Errorf("told %+v", e)
	}
	r.await(Stopped)
}

func TestAbortKillsAStart(t *testing.T) {
	r := start(t, Options{})
	r.Reload(r.script("exec sleep 1000"))
	r.await(Starting)
	r.Abort()
	if e := r.await(Failed); !e.Superseded {
		t.Errorf("told %+v", e)
	}
}

func TestCrashOfWhatServesIsTold(t *testing.T) {
	r := start(t, Options{})
	r.Reload(r.script("exec sleep 1000"))
	e := r.await(Ready)
	proc.Kill(e.PID)
	if e := r.await(Exited); e.Exit.Signal != "SIGKILL" || e.Serving != 0 {
		t.Errorf("told %+v", e)
	}
}

func TestNothingToStop(t *testing.T) {
	r := start(t, Options{})
	r.Stop()
	r.await(Stopped)
	// Run is over; nothing that is asked of it may block.
	<-r.done
	r.Kill()
	r.Reload("x")
	r.Abort()
}
