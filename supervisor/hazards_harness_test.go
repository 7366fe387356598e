//go:build linux

package supervisor_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// tries bounds how often a test of a coin flip is repeated until it falls on
// the bad side.
const tries = 20

// throughShell has the program started by a shell, as its $0.
func (r *running) throughShell(script string) {
	r.t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd.Path, r.cmd.Args = sh, []string{"sh", "-c", script, r.cmd.Path}
}

// stall keeps a process from running, as a busy machine or one that is put to
// sleep does, while its clocks go on and meanwhile happens.
func (r *running) stall(pid int, meanwhile func()) {
	r.t.Helper()
	syscall.Kill(pid, syscall.SIGSTOP)
	defer syscall.Kill(pid, syscall.SIGCONT)
	for !bytes.Contains(r.stat(pid), []byte(") T ")) {
	}
	meanwhile()
}

func (r *running) stat(pid int) []byte {
	r.t.Helper()
	stat, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	if err != nil {
		r.t.Fatal(err)
	}
	return stat
}

// alive reports whether pid is a process that has not ended.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

// pidFile returns the path of the program's PID file, if it has the word withPID.
func (r *running) pidFile() string { return filepath.Join(r.dir, "pid") }

const withPID = "pidfile=pid"

// named returns the PID that stands there.
func (r *running) named() int {
	r.t.Helper()
	text, err := os.ReadFile(r.pidFile())
	if err != nil {
		r.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		r.t.Fatal(err)
	}
	return pid
}

// refused wants an upgrade to fail with this text, and the process to serve on.
func (r *running) refused(want string) {
	r.t.Helper()
	old := r.answers()
	if got := r.get("/upgrade"); !strings.Contains(got, want) {
		r.t.Errorf("got %q, want %q in it", got, want)
	}
	if pid := r.answers(); pid != old {
		r.t.Errorf("%d serves, want %d", pid, old)
	}
}

// nextAt upgrades until the new process stands at this gate, which on a busy
// machine can be too late, and returns its PID.
func (r *running) nextAt(gate string, old int) int {
	r.t.Helper()
	for range tries {
		syscall.Kill(old, syscall.SIGUSR2)
		found := r.expect(`at gate ` + gate + ` (\d+)|upgrade failed|timed out`)
		if pid, err := strconv.Atoi(found[1]); err == nil {
			return pid
		}
	}
	r.t.Fatalf("no new process came to gate %s in time", gate)
	return 0
}

// exchange upgrades the recipe and waits until the old process has gone.
func (r *running) exchange() {
	r.t.Helper()
	old := r.answers()
	for said := ""; !strings.HasPrefix(said, "exit"); {
		syscall.Kill(old, syscall.SIGUSR2)
		// The process before it has gone, but it may not have heard of that.
		said = r.expect(fmt.Sprint("exit ", old, "|upgrade: parent hasn't exited"))[0]
	}
	r.awaitExit(old)
}
