//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What a process has from its environment: streams, limits, rights.
func processFaults() []fault {
	return []fault{
		{number: 30, name: "stdin closed, stdout without a reader",
			inject: "started with <&- ; started with a pipe on stdout whose reader leaves before the upgrade",
			pass:   "the upgrades succeed", run: brokenStreams},
		{number: 31, name: "no descriptors left",
			inject: "RLIMIT_NOFILE at 0 to 11 above what is in use, 60 attempts",
			pass:   "every attempt that fails leaves the old process unharmed; nothing leaks; with descriptors the upgrade succeeds", run: noDescriptors},
		{number: 32, name: "no processes left",
			inject: "RLIMIT_NPROC of the user at what is in use, 10 attempts",
			pass:   "each attempt fails with a reason, the old process serves on; with the limit gone the upgrade succeeds", run: noProcesses},
		{number: 41, name: "SIGSTOP to a generation",
			inject: "the new process stopped before it is ready (ReadyTimeout 3 s); the old one stopped in its drain, then an upgrade",
			pass:   "the stopped new process is killed at ReadyTimeout; the new one serves while the old one is stopped, which leaves when it goes on", run: stoppedProcesses},
		{number: 42, name: "a program that the program starts (T6, T7)",
			inject: "generations 1 to 3 start a helper that uses supervisor too, and look at what a child inherits",
			pass:   "the helper starts as generation 1; neither sentinel, LISTEN_ variables nor descriptors above 2 reach a child", run: helpers},
		{number: 51, name: "rights dropped after binding a privileged port",
			inject: "bind a port below 1024 as root, become another user, 3 upgrades",
			pass:   "each new process, never root, serves on the same socket", run: droppedRights},
		{number: 52, name: "clock jump", inject: "the clock is set ±1 h",
			na: "setting the clock of the machine is not a test's to do. Deadlines come from Go's timers and time.Since, which read CLOCK_MONOTONIC"},
	}
}

func brokenStreams(t *trial) string {
	s := t.prepare("guard=20ms")
	self := s.cmd.Path
	s.cmd.Path, s.cmd.Args = "/bin/sh", []string{"sh", "-c", `exec "$0" <&-`, self}
	s.launch()
	s.answers()
	s.watch.begin()
	for range 2 {
		if got := s.try(); strings.Contains(got, "error") {
			t.failf("without stdin: %s", got)
		}
		t.until(patience, "left: the old generation", func() bool { return len(s.living()) == 1 })
	}
	s.done()

	// A program that prints dies of SIGPIPE, by a rule of Go (os/signal); that
	// has to be told. One that does not print is upgraded.
	for _, words := range [][]string{{"guard=20ms"}, {"guard=20ms", "quiet"}} {
		r, w, err := os.Pipe()
		t.must(err, "make a pipe")
		s = t.prepare("guard=20ms", "quiet")
		s.cmd.Stdout = w
		s.launch()
		w.Close()
		r.Close()
		first := s.answers()
		s.watch.begin()
		s.behave(words...)
		if got := s.try(); len(words) == 1 && !strings.Contains(got, "broken pipe") || len(words) == 2 && !strings.HasPrefix(got, "replaced by 2") {
			t.failf("without a reader of stdout: %s", got)
		}
		if len(words) == 2 {
			s.gone(first, patience)
		}
		s.watch.end()
		s.signal(syscall.SIGTERM)
		s.end()
	}
	return "2 upgrades without stdin, 1 without a reader of stdout; a new process that dies of SIGPIPE is reported as such"
}

func (t *trial) limit(pid int, resource int, soft uint64) (old unix.Rlimit) {
	t.must(unix.Prlimit(pid, resource, nil, &old), "read a limit")
	t.must(unix.Prlimit(pid, resource, &unix.Rlimit{Cur: soft, Max: old.Max}, nil), "set a limit")
	return old
}

func noDescriptors(t *trial) string {
	s := t.start("guard=20ms")
	s.behave("exit")
	s.try()
	// The probes take descriptors too, and would be refused as clients.
	s.watch.end()
	pid := s.answers()
	var before stats
	failed := 0
	for i := range 60 {
		if i == 12 {
			before = s.stats()
		}
		w := s.wire()
		highest := 0
		names, err := os.ReadDir(fmt.Sprint("/proc/", pid, "/fd"))
		t.must(err, "list descriptors")
		for _, n := range names {
			fd, _ := strconv.Atoi(n.Name())
			highest = max(highest, fd)
		}
		w.says("generation 1") // it is accepted
		old := t.limit(pid, unix.RLIMIT_NOFILE, uint64(highest+2+i%12))
		w.send("GET /upgrade HTTP/1.1\r\nHost: x\r\n\r\n")
		got, _, err := w.read()
		t.must(unix.Prlimit(pid, unix.RLIMIT_NOFILE, &old, nil), "restore the limit")
		w.close()
		t.must(err, "read what the upgrade said")
		if !strings.Contains(got, "error") {
			t.failf("%d descriptors free: %s", i%12, got)
		}
		failed++
		if s.answers() != pid {
			t.failf("%d descriptors free: another process serves", i%12)
		}
	}
	after := s.flat(before)
	s.behave("guard=20ms")
	s.replace()
	return fmt.Sprintf("%d of 60 failed cleanly; before: %v, after: %v", failed, before, after)
}

// stranger is a user that nobody is.
const stranger = 54321

// lend makes the program and the folder usable for another user.
func (s *service) lend(uid int) {
	path := filepath.Join(s.dir, "app")
	s.t.copyBinary(path)
	s.t.must(os.Chmod(s.dir, 0o777), "open the folder")
	s.cmd.Path, s.cmd.Args = path, []string{path}
}

func noProcesses(t *trial) string {
	if os.Getuid() != 0 {
		t.failf("the limit does not bind and the user cannot be changed: run as root")
	}
	const uid = stranger + 1
	s := t.prepare("guard=20ms", "threads=24")
	s.lend(uid)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	s.launch()
	s.answers()
	s.watch.begin()
	s.try() // everything was used once
	t.until(patience, "left: the old generation", func() bool { return len(s.living()) == 1 })
	limits := fmt.Sprint("/limit?resource=", unix.RLIMIT_NPROC, "&soft=")
	was := s.get(limits + "1") // from within: it is the process of another user
	for range 10 {
		s.refuses(`resource temporarily unavailable`)
	}
	s.get(limits + was)
	s.replace()
	return "10 of 10 failed with the reason, the old process served on"
}

func stoppedProcesses(t *trial) string {
	s := t.start("guard=20ms", "ready=3s")
	s.behave("gate=run")
	old := s.signal(syscall.SIGUSR2)
	child := s.expectPID(`at gate run (\d+)`)
	t.must(syscall.Kill(child, syscall.SIGSTOP), "stop the new process")
	begun := time.Now()
	s.gone(child, patience)
	first := time.Since(begun)
	s.expect(`kind="upgrade failed"`) // told a moment after that process has gone
	if s.answers() != old {
		t.failf("the old process does not serve")
	}
	s.behave("guard=20ms")
	hold, letGo := s.hold()
	t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
	s.follows(old)
	s.expect(`kind="draining"`)
	t.must(syscall.Kill(old, syscall.SIGSTOP), "stop the old process")
	for range 20 {
		s.says("generation 2")
	}
	t.must(syscall.Kill(old, syscall.SIGCONT), "let it go on")
	letGo()
	hold.answer()
	hold.close()
	gone := s.gone(old, patience)
	s.replace()
	return fmt.Sprintf("the stopped new process was gone after %v (ReadyTimeout 3 s); the old one %v after it went on",
		first.Round(10*time.Millisecond), gone.Round(time.Millisecond))
}

// says asks on a new connection and wants this answer.
func (s *service) says(want string) {
	w := s.wire()
	defer w.close()
	w.says(want)
}

var inheritance = regexp.MustCompile(`TABLEFLIP.*|LISTEN_.*| ([3-9]|[1-9][0-9]+) -> (pipe|socket).*`)

func helpers(t *trial) string {
	s := t.start("guard=20ms")
	helper := t.folder()
	t.must(os.WriteFile(filepath.Join(helper, behaviourFile), []byte("once"), 0o644), "write the behaviour")
	// What this command has itself been given reaches everything below it.
	ours, err := exec.Command("sh", "-c", "ls -l /proc/$$/fd").Output()
	t.must(err, "list what is inherited here")
	for i := range 3 {
		if i > 0 {
			s.replace()
		}
		if got := s.get("/helper?dir=" + helper); !strings.Contains(got, "built as generation 1") {
			t.failf("the helper of generation %d: %s", i+1, got)
		}
		for _, bad := range inheritance.FindAllString(s.get("/grandchild"), -1) {
			if !strings.Contains(string(ours), bad) {
				t.failf("a child of generation %d gets %q", i+1, bad)
			}
		}
	}
	return "3 helpers of 3 generations started as generation 1, nothing is inherited"
}

func droppedRights(t *trial) string {
	if os.Getuid() != 0 {
		t.failf("no privileged port can be bound: run as root")
	}
	addr := t.privileged()
	words := []string{"guard=20ms", "addr=" + addr, fmt.Sprint("setuid=", stranger)}
	s := t.prepare(words...)
	s.lend(stranger)
	s.addr = addr
	s.launch()
	s.answers()
	s.watch.begin()
	for i := range 3 {
		pid := s.replace()
		info, err := os.Stat(fmt.Sprint("/proc/", pid))
		t.must(err, "ask who runs")
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid != stranger {
			t.failf("generation %d runs as user %d", i+2, uid)
		}
	}
	return fmt.Sprintf("3 upgrades as user %d on %s, the socket stayed the same", stranger, addr)
}
