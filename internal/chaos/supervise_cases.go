//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The program below ginreload supervise.
func superviseFaults() []fault {
	return []fault{
		{number: 46, name: "PID 1 of a container",
			inject: "ginreload supervise as PID 1 of a PID namespace: 6 upgrades, 10 orphans by double fork, a stop; then kill -9 of the generation that serves",
			pass:   "the parent stays the same process, no zombies, no request fails; the stop exits 0, the kill 137", run: pidOne},
		{number: 47, name: "stable parent killed",
			inject: "kill -9 of ginreload supervise, with and without --leash, after an upgrade",
			pass:   "without, the program serves on and can be stopped; with, everything is gone within 3 s", run: parentKilled},
	}
}

// ginreload builds the command.
func (t *trial) ginreload() string {
	root, err := moduleRoot()
	t.must(err, "find the module")
	path := filepath.Join(t.folder(), "ginreload")
	build := exec.CommandContext(t.ctx, "go", "build", "-o", path, "./cmd/ginreload")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.failf("build ginreload: %w: %s", err, out)
	}
	return path
}

// below starts the program as a child of ginreload supervise.
func (t *trial) below(command ...string) *service {
	s := t.prepare("guard=20ms")
	command = append(command, "--", t.binary)
	path, err := exec.LookPath(command[0])
	t.must(err, "find "+command[0])
	s.cmd.Path, s.cmd.Args = path, command
	s.launch()
	s.answers()
	return s
}

func pidOne(t *trial) string {
	if os.Getuid() != 0 {
		t.failf("no namespace can be made: run as root")
	}
	contained := []string{"unshare", "--pid", "--fork", "--mount-proc", t.ginreload(), "supervise"}
	s := t.below(contained...)
	s.finished, s.watch.limit = true, 1<<10 // its PIDs are not ours
	parent := t.children(s.cmd.Process.Pid)[0]
	s.watch.begin()
	for range 6 {
		old := s.answers()
		t.must(syscall.Kill(parent, syscall.SIGUSR2), "signal the parent")
		s.follows(old)
	}
	for range 10 {
		s.get("/orphan")
	}
	if n := t.children(s.cmd.Process.Pid); len(n) != 1 || n[0] != parent {
		t.failf("the parent was %d, now there is %v", parent, n)
	}
	t.until(patience, "reaped: the orphans", func() bool { return t.zombiesBelow(parent) == 0 })
	s.watch.end()
	t.must(syscall.Kill(parent, syscall.SIGTERM), "stop")
	s.end()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.failf("exit code %d after a stop", code)
	}
	s.watch.verdict()

	s = t.below(contained...)
	s.finished = true
	parent = t.children(s.cmd.Process.Pid)[0]
	worker := t.children(parent)[0]
	t.must(syscall.Kill(worker, syscall.SIGKILL), "kill the worker")
	s.end()
	if code := s.cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGKILL) {
		t.failf("exit code %d after kill -9", code)
	}
	return "6 upgrades and 10 orphans below one PID 1, exit codes 0 and 137"
}

// children lists the children of a process.
func (t *trial) children(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var all []int
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, f := range strings.Fields(string(text)) {
			n, _ := strconv.Atoi(f)
			all = append(all, n)
		}
	}
	return all
}

func (t *trial) zombiesBelow(pid int) (n int) {
	for _, child := range t.children(pid) {
		if state, _ := os.ReadFile(fmt.Sprint("/proc/", child, "/stat")); strings.Contains(string(state), ") Z ") {
			n++
		}
		n += t.zombiesBelow(child)
	}
	return n
}

func parentKilled(t *trial) string {
	ginreload := t.ginreload()
	s := t.below(ginreload, "supervise")
	s.watch.begin()
	old := s.answers()
	s.cmd.Process.Signal(syscall.SIGUSR2)
	s.follows(old)
	s.cmd.Process.Kill()
	s.gone(s.cmd.Process.Pid, patience)
	for range 20 {
		s.says("generation 2")
	}
	s.done()

	s = t.below(ginreload, "supervise", "--leash")
	s.watch.noUnix, s.watch.keepPath, s.finished = true, true, true
	old = s.answers()
	s.cmd.Process.Signal(syscall.SIGUSR2)
	s.follows(old)
	begun := time.Now()
	s.cmd.Process.Kill()
	s.end()
	took := time.Since(begun)
	t.within(3*time.Second, took, "all were gone")
	return fmt.Sprintf("without leash 0 requests lost and stopped in order; with it all gone after %v", took.Round(time.Millisecond))
}
