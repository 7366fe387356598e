package builder_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/builder"
)

// A gate is a program for -toolexec that holds up one tool, with a child of its
// own, until it is opened. It writes the PIDs of both into a pipe.
type gate struct {
	t       *testing.T
	started *os.File
	lines   *bufio.Reader
	hold    *os.File
	script  string
}

func newGate(t *testing.T, tool string) *gate {
	t.Helper()
	dir := t.TempDir()
	g := &gate{t: t, script: filepath.Join(dir, "gate")}
	started, hold, never := filepath.Join(dir, "started"), filepath.Join(dir, "hold"), filepath.Join(dir, "never")
	var unused *os.File
	for path, end := range map[string]**os.File{started: &g.started, hold: &g.hold, never: &unused} {
		check(t, syscall.Mkfifo(path, 0o600))
		// Opened for both, as the other side comes and goes.
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		check(t, err)
		t.Cleanup(func() { f.Close() })
		*end = f
	}
	g.lines = bufio.NewReader(g.started)
	check(t, os.WriteFile(g.script, fmt.Appendf(nil, `#!/bin/sh
case "$*" in *-V=full*) exec "$@";; esac
case "$1" in */%s)
	cat %[4]s >/dev/null &
	echo $$ $! >%[3]s
	read line <%[2]s
	kill $!
esac
exec "$@"
`, tool, hold, started, never), 0o777))
	return g
}

// wait returns the PIDs at the gate.
func (g *gate) wait() []int {
	g.t.Helper()
	line, err := g.lines.ReadString('\n')
	check(g.t, err)
	var pids []int
	for _, field := range strings.Fields(line) {
		pid, err := strconv.Atoi(field)
		check(g.t, err)
		pids = append(pids, pid)
	}
	return pids
}

func runs(pid int) bool {
	// The link outlives the program in neither a zombie nor a dying process.
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ESRCH)
}

func TestCancelKillsEverything(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"compile", "link", "shell"} {
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, fmt.Sprintf(hello, "one"))
			p.expect(p.builder(), builder.Built)
			before := p.stat()

			g := newGate(t, tool)
			p.recipe.Flags = []string{"-toolexec=" + g.script}
			if tool == "shell" {
				p.recipe.Shell = g.script + " /shell & wait"
			}
			p.write("main.go", fmt.Sprintf(hello, "two"))
			b := p.builder()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var pids []int
			go func() {
				pids = g.wait()
				cancel()
			}()
			result, err := b.Build(ctx)
			check(t, err)
			if result.Outcome != builder.Canceled {
				t.Errorf("outcome %v", result.Outcome)
			}
			for _, pid := range pids {
				if runs(pid) {
					t.Errorf("process %d of %v still runs", pid, pids)
				}
			}
			if len(pids) != 2 {
				t.Errorf("at the gate: %v", pids)
			}
			p.expectEmptyScratch()
			if !os.SameFile(before, p.stat()) || p.says() != "one" {
				t.Error("the published program changed")
			}
		})
	}
}

func TestCanceledBefore(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := p.builder().Build(ctx)
	if err != nil || result.Outcome != builder.Canceled {
		t.Errorf("%v, %v", result.Outcome, err)
	}
}

// A process that has left the group on purpose does not hold up the end.
func TestCancelDoesNotWaitForDaemons(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	g := newGate(t, "daemon")
	p.recipe.Shell = "setsid " + g.script + " /daemon </dev/null >/dev/null 2>&1"
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var pids []int
	go func() {
		pids = g.wait()
		cancel()
	}()
	started := time.Now()
	result, err := p.builder().Build(ctx)
	check(t, err)
	if result.Outcome != builder.Canceled || time.Since(started) > 30*time.Second {
		t.Errorf("outcome %v after %v", result.Outcome, time.Since(started))
	}
	for _, pid := range pids {
		check(t, syscall.Kill(pid, syscall.SIGKILL))
	}
}

func TestSecondBuildWaits(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	g := newGate(t, "compile")
	p.recipe.Flags = []string{"-toolexec=" + g.script}
	b := p.builder()

	type ended struct {
		builder.Result
		error
	}
	first, second := make(chan ended, 1), make(chan ended, 1)
	build := func(ctx context.Context, to chan<- ended) {
		result, err := b.Build(ctx)
		to <- ended{result, err}
	}
	go build(t.Context(), first)
	g.wait()

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if result, err := b.Build(impatient); err != nil || result.Outcome != builder.Canceled {
		t.Errorf("impatient: %v, %v", result.Outcome, err)
	}
	go build(t.Context(), second)
	select {
	case e := <-first:
		t.Fatalf("first ended by itself: %+v", e)
	case e := <-second:
		t.Fatalf("second did not wait: %+v", e)
	default:
	}
	_, err := g.hold.WriteString("go\n")
	check(t, err)
	if e := <-first; e.error != nil || e.Outcome != builder.Built {
		t.Errorf("first: %v, %v, %s", e.Outcome, e.error, e.Output)
	}
	if e := <-second; e.error != nil || e.Outcome != builder.Same {
		t.Errorf("second: %v, %v, %s", e.Outcome, e.error, e.Output)
	}
}

func TestConcurrentBuildsDoNotOverlap(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell = "mkdir lock && mkdir -p ../bin && cp /bin/sh ../bin/app && rmdir lock"
	b := p.builder()
	outcomes := make(chan builder.Outcome)
	for range 4 {
		go func() {
			result, err := b.Build(t.Context())
			if err != nil {
				t.Error(err)
			}
			outcomes <- result.Outcome
		}()
	}
	count := map[builder.Outcome]int{}
	for range 4 {
		count[<-outcomes]++
	}
	if count[builder.Built] != 1 || count[builder.Same] != 3 {
		t.Errorf("outcomes %v", count)
	}
}
