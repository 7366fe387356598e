//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// service is the program in its folder, all generations of it, seen from
// outside.
type service struct {
	t     *trial
	dir   string
	port  string
	addr  string // of the listener http
	out   *output
	cmd   *exec.Cmd // can be changed until launch
	ended chan struct{}
	watch *watch

	held     int  // requests so far, see hold
	finished bool // done was called
	stable   bool // the first process stays the one to signal, as a parent of those that serve
}

// prepare makes the program ready to be launched with this behaviour.
func (t *trial) prepare(words ...string) *service {
	port := t.freePort()
	s := &service{t: t, dir: t.folder(), port: port, addr: "127.0.0.1:" + port, out: newOutput(), ended: make(chan struct{})}
	s.watch = newWatch(s)
	s.behave(words...)
	s.cmd = exec.Command(t.binary)
	s.cmd.Env = append(os.Environ(), programEnv+"="+s.dir, "PORT="+port)
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	t.services = append(t.services, s)
	return s
}

// start starts the program and returns when it answers and is watched.
func (t *trial) start(words ...string) *service {
	s := t.prepare(words...)
	s.launch()
	s.answers()
	s.watch.begin()
	return s
}

func (s *service) launch() {
	if s.cmd.SysProcAttr == nil {
		s.cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	s.cmd.SysProcAttr.Setpgid = true
	s.t.must(s.cmd.Start(), "start the program")
	go s.wait()
}

// wait reaps the first generation; it returns when the last one has left its
// output.
func (s *service) wait() {
	s.cmd.Wait()
	close(s.ended)
}

func (s *service) launched() bool { return s.cmd.Process != nil }

func (s *service) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// kill leaves nothing of the service.
func (s *service) kill() {
	s.watch.end()
	if !s.launched() {
		return
	}
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
}

// done looks at what must hold after every case, and stops the service.
func (s *service) done() {
	if s.finished || !s.launched() {
		return
	}
	s.finished = true
	if !s.over() && s.watch.begun() {
		s.watch.settled()
	}
	s.watch.end()
	if !s.over() {
		s.signal(syscall.SIGTERM)
		s.end()
	}
	s.watch.verdict()
}

// behave says what the generations that start from now on are like.
func (s *service) behave(words ...string) {
	text := strings.Join(words, "\n")
	s.t.must(os.WriteFile(filepath.Join(s.dir, behaviourFile), []byte(text), 0o644), "write the behaviour")
}

// open opens a gate, and returns when who waited there has gone on.
func (s *service) open(gate string) {
	through := func() int { return strings.Count(s.out.String(), "through gate "+gate+"\n") }
	before := through()
	f := s.unlock(gate)
	defer f.Close()
	s.t.until(patience, "through gate "+gate, func() bool { return through() > before })
}

// unlock opens a gate for everybody until the file is closed. A FIFO that is
// open for both does not wait for a reader, who may have been killed.
func (s *service) unlock(gate string) *os.File {
	f, err := os.OpenFile(filepath.Join(s.dir, gate), os.O_RDWR, 0)
	s.t.must(err, "open gate "+gate)
	return f
}

// answers waits until some generation does, and returns its PID.
func (s *service) answers() int {
	pid := 0
	s.t.until(patience, "answering", func() bool {
		if s.over() {
			s.t.failf("the program ended")
		}
		text, err := s.ask("/pid")
		if err == nil {
			pid, err = strconv.Atoi(text)
		}
		return err == nil
	})
	return pid
}

// ask asks on a connection of its own.
func (s *service) ask(path string) (string, error) { return askAt("http://"+s.addr, path) }

func askAt(url, path string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Get(url + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return strings.TrimSpace(string(text)), err
}

func (s *service) get(path string) string {
	text, err := s.ask(path)
	s.t.must(err, "ask for "+path)
	return text
}

// signal signals the generation that serves.
func (s *service) signal(sig syscall.Signal) int {
	pid := s.answers()
	if s.stable {
		s.t.must(s.cmd.Process.Signal(sig), "signal the parent")
		return pid
	}
	err := syscall.Kill(pid, sig)
	for s.finished && errors.Is(err, syscall.ESRCH) { // of other libraries' processes two may answer
		pid = s.answers()
		err = syscall.Kill(pid, sig)
	}
	s.t.must(err, fmt.Sprintf("signal process %d", pid))
	return pid
}

// upgrade upgrades and returns the new PID when the new process answers.
func (s *service) upgrade() int {
	old := s.signal(syscall.SIGUSR2)
	return s.follows(old)
}

// follows waits until another process than old answers.
func (s *service) follows(old int) (pid int) {
	failure := regexp.MustCompile(fmt.Sprintf(`event pid=%d kind="upgrade (failed|refused)".*`, old))
	before := len(failure.FindAllString(s.out.String(), -1))
	s.t.until(patience, "replaced", func() bool {
		if all := failure.FindAllString(s.out.String(), -1); len(all) > before {
			s.t.failf("instead of an upgrade: %s", all[len(all)-1])
		}
		pid = s.answers()
		return pid != old
	})
	return pid
}

// hold opens a request that the process which serves has in flight until it is
// let go.
func (s *service) hold() (w *wire, letGo func()) {
	s.held++
	gate := fmt.Sprint("held-", s.held)
	w = s.wire()
	w.send("GET /held?gate=" + gate + " HTTP/1.1\r\nHost: x\r\n\r\n")
	s.expect("held " + gate + "\n")
	return w, func() {
		f := s.unlock(gate)
		s.t.atEnd(func() { f.Close() })
	}
}

// replace upgrades and waits until the old process has gone.
func (s *service) replace() int {
	old := s.signal(syscall.SIGUSR2)
	pid := s.follows(old)
	s.gone(old, patience)
	return pid
}

// try upgrades through Supervisor.Upgrade and returns what that said.
func (s *service) try() string {
	for {
		if got := s.get("/upgrade"); !strings.Contains(got, "a newer process has taken over") {
			return got
		}
	}
}

// refuses wants an upgrade to fail with these words, and the old process to
// serve on.
func (s *service) refuses(words string) (said string) {
	old := s.answers()
	said = s.try()
	if !strings.Contains(said, "error") || !regexp.MustCompile(words).MatchString(said) {
		s.t.failf("the upgrade said %q, want an error with %q", said, words)
	}
	if pid := s.answers(); pid != old {
		s.t.failf("process %d serves, not %d", pid, old)
	}
	return said
}

// expect waits for the output to match behind the last match.
func (s *service) expect(pattern string) []string {
	ctx, cancel := context.WithTimeout(s.t.ctx, patience)
	defer cancel()
	found := s.out.next(ctx, regexp.MustCompile(pattern))
	if found == nil {
		s.t.failf("the program never said %s", pattern)
	}
	return found
}

// expectPID is expect for a pattern whose group is a PID.
func (s *service) expectPID(pattern string) int {
	pid, err := strconv.Atoi(s.expect(pattern)[1])
	s.t.must(err, pattern)
	return pid
}

// gone waits until process pid has ended.
func (s *service) gone(pid int, limit time.Duration) time.Duration {
	return s.t.until(limit, fmt.Sprintf("gone: process %d", pid), func() bool { return !alive(pid) })
}

// end waits until no generation is left.
func (s *service) end() {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		s.t.failf("a generation is still there %v after the end", patience)
	}
}

// alive reports whether pid is a process that has not ended.
func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// socketPath is where each service listens besides.
func (s *service) socketPath() string { return filepath.Join(s.dir, "s") }

var ports atomic.Int32

// freePort returns a port below those that the kernel gives out, so that it
// stays free.
func (t *trial) freePort() string {
	for range 1000 {
		port := strconv.Itoa(21000 + (os.Getpid()*31+int(ports.Add(1)))%10000)
		ln, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err == nil {
			ln.Close()
			return port
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.failf("look for a free port: %w", err)
		}
	}
	t.failf("no port is free")
	return ""
}

// privileged returns an address that only root can bind.
func (t *trial) privileged() string {
	for port := 1023; port > 600; port-- {
		ln, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			ln.Close()
			return ln.Addr().String()
		}
	}
	t.failf("no privileged port is free")
	return ""
}
