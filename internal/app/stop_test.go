//go:build unix

package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
)

// log is a file to which a program writes.
func (r *running) log() string {
	text, _ := os.ReadFile(filepath.Join(r.dir, "log"))
	return string(text)
}

// awaitLog waits until the program has written this.
func (r *running) awaitLog(text string) {
	r.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for patience := time.Now().Add(30 * time.Second); !strings.Contains(r.log(), text); <-look.C {
		if time.Now().After(patience) {
			r.t.Fatalf("no %q in %q", text, r.log())
		}
	}
}

func TestEnvironmentIsThatOfTheStart(t *testing.T) {
	who := "first"
	r := start(t, Options{Env: func() []string { return append(os.Environ(), "WHO="+who) }})
	program := r.script(`echo "$WHO" >> log; exec sleep 1000`)
	r.Reload(program)
	r.await(Ready)
	who = "second" // nobody asks for it before the next reload
	r.Reload(program)
	r.await(Ready)
	if r.log() != "first\nsecond\n" {
		t.Errorf("the program has seen %q", r.log())
	}
}

// The shell ends at once, the program in its pipeline has the grace.
func TestRestOfAPipelineIsWaitedFor(t *testing.T) {
	if proc.Executable(os.Getpid()) == "" {
		t.Skip("the processes of a group are not known here")
	}
	r := start(t, Options{})
	r.Reload(r.script(`(trap 'sleep 0.3; echo done >> log; exit' TERM; echo up >> log; while :; do sleep 0.01; done) | sleep 1000`))
	r.awaitLog("up")
	r.await(Ready)
	r.Stop()
	r.await(Stopped)
	if !strings.Contains(r.log(), "done") {
		t.Error("it was cut short")
	}
}

func TestRestOfAPipelineIsKilledAfterTheGrace(t *testing.T) {
	r := start(t, Options{Grace: 50 * time.Millisecond})
	r.Reload(r.script(`(trap '' TERM; echo $$ >> log; while :; do sleep 0.01; done) | sleep 1000`))
	pid := r.await(Ready).PID
	r.Reload(r.script(`exec sleep 1000`))
	r.await(Ready)
	if left := proc.Group(pid); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestOneSignalIsEnough(t *testing.T) {
	r := start(t, Options{Grace: 300 * time.Millisecond})
	program := r.script(`trap 'echo TERM >> log' TERM; while :; do sleep 0.01; done`)
	r.Reload(program)
	r.await(Ready)
	r.Reload(program) // which stops it first
	r.awaitLog("TERM")
	r.Stop()
	r.await(Stopped)
	if n := strings.Count(r.log(), "TERM"); n != 1 {
		t.Errorf("%d signals", n)
	}
}

// Delve has its program in a process group of its own, and ends it for SIGINT only.
func TestDebuggerIsInterrupted(t *testing.T) {
	dlv := filepath.Join(t.TempDir(), "dlv")
	r := start(t, Options{Command: func(binary string) []string { return []string{dlv, "exec", binary} }})
	text := "#!/bin/sh\nsetsid sleep 1000 &\necho $! >> log\ntrap 'kill $!; echo INT >> log; exit' INT\nwhile :; do sleep 0.01; done\n"
	if err := os.WriteFile(dlv, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	r.Reload("program")
	r.await(Ready)
	r.Stop()
	r.await(Stopped)
	if !strings.Contains(r.log(), "INT") {
		t.Error("it was not")
	}
}

func TestProgramOfADebuggerDoesNotOutliveIt(t *testing.T) {
	if proc.Executable(os.Getpid()) == "" {
		t.Skip("descendants are not known here")
	}
	r := start(t, Options{Grace: 50 * time.Millisecond})
	r.Reload(r.script("trap '' TERM; setsid sleep 1000 &\necho $! >> log; while :; do sleep 0.01; done"))
	r.awaitLog("\n")
	r.await(Ready)
	r.Stop()
	r.await(Stopped)
	child := strings.TrimSpace(r.log())
	if environ, err := os.ReadFile("/proc/" + child + "/environ"); err == nil && len(environ) > 0 {
		t.Errorf("process %s lives", child)
	}
}
