//go:build linux

package supervise_test

import (
	"bytes"
	"context"
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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for an event that has to come.
const patience = 20 * time.Second

// place is where the parent runs.
type place string

const (
	ordinary place = "an ordinary process"
	init1    place = "PID 1 of a namespace"
)

// everywhere runs a test in both places.
func everywhere(t *testing.T, test func(*testing.T, place)) {
	t.Parallel()
	for _, where := range []place{ordinary, init1} {
		t.Run(string(where), func(t *testing.T) {
			t.Parallel()
			test(t, where)
		})
	}
}

// running is a parent and what is below it.
type running struct {
	t    *testing.T
	dir  string
	url  string
	cmd  *exec.Cmd
	out  *output
	done chan struct{} // closed when the parent has ended; the code is in cmd
}

// start starts a parent. No command line means the program of the tests.
func start(t *testing.T, where place, options string, args ...string) *running {
	t.Helper()
	r := prepare(t, where, options, args...)
	r.launch()
	if len(args) == 0 {
		r.answers()
	}
	return r
}

func prepare(t *testing.T, where place, options string, args ...string) *running {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if len(args) == 0 {
		args = []string{self, "__program"}
	}
	port := freePort(t)
	r := &running{
		t: t, dir: t.TempDir(), url: "http://127.0.0.1:" + port, out: &output{more: make(chan struct{})},
		cmd: exec.Command(self, append([]string{"__parent"}, args...)...), done: make(chan struct{}),
	}
	r.cmd.Env = append(os.Environ(), parentEnv+"="+options, dirEnv+"="+r.dir, "PORT="+port, "GORACE=atexit_sleep_ms=0")
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if where == init1 {
		r.cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWPID
		r.cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
		r.cmd.Env = append(r.cmd.Env, procEnv+"=1")
	}
	return r
}

func (r *running) launch() {
	r.t.Helper()
	err := r.cmd.Start()
	if err != nil && r.cmd.SysProcAttr.Cloneflags != 0 && os.Getenv("GINRELOAD_REQUIRE_TOOLS") == "" {
		r.t.Skip("a PID namespace needs root: ", err)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		r.cmd.Wait() // returns when nobody holds the output any more
	}()
	r.t.Cleanup(func() {
		tree := below(r.cmd.Process.Pid)
		select {
		case <-r.done:
		default:
			syscall.Kill(r.cmd.Process.Pid, syscall.SIGKILL)
			for _, pid := range tree {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			<-r.done
		}
		if r.t.Failed() {
			r.t.Log(r.out)
		}
	})
}

func (r *running) signal(sig syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(sig); err != nil {
		r.t.Fatal(err)
	}
}

// upgrade has the parent pass the signal on, and returns the PID of the process
// that answers then, as it sees itself.
func (r *running) upgrade() int {
	r.t.Helper()
	before := r.answers()
	r.signal(syscall.SIGUSR2)
	return r.answersBut(before)
}

// ends waits for the end of the parent and checks its exit code.
func (r *running) ends(code int) {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(patience):
		r.t.Fatal("the parent has not ended")
	}
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.t.Errorf("exit code %d (%v), want %d", got, r.cmd.ProcessState, code)
	}
}

// lives fails the test if the parent has ended.
func (r *running) lives() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.Signal(0)); err != nil {
		r.t.Fatal("the parent has ended")
	}
}

func (r *running) behave(text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "behaviour"), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// open lets the process at the gate go on.
func (r *running) open() {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.dir, "gate"), os.O_WRONLY, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	f.Close()
}

// answers waits until the program does, and returns its PID as it sees itself.
func (r *running) answers() int { r.t.Helper(); return r.answersBut(0) }

func (r *running) answersBut(other int) (pid int) {
	r.t.Helper()
	r.until("another process answers", func() bool {
		text, err := ask(r.url + "/pid")
		pid, _ = strconv.Atoi(text)
		return err == nil && pid != other
	})
	return pid
}

func (r *running) until(what string, happened func() bool) {
	r.t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !happened() {
		select {
		case <-again.C:
		case <-deadline.C:
			r.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// kill kills a process of the program; pid is what it sees itself as.
func (r *running) kill(pid int) {
	r.t.Helper()
	for _, outside := range below(r.cmd.Process.Pid) {
		if inside(outside) == pid {
			syscall.Kill(outside, syscall.SIGKILL)
			return
		}
	}
	r.t.Fatalf("no process %d below the parent", pid)
}

func (r *running) expect(pattern string) []string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found := r.out.next(ctx, regexp.MustCompile(pattern))
	if found == nil {
		r.t.Fatalf("nobody said %s", pattern)
	}
	return found
}

// settles waits until the parent has n children that live, and no other.
func (r *running) settles(n int) {
	r.t.Helper()
	r.until(fmt.Sprint(n, " processes are left below the parent and none is a zombie"), func() bool {
		children := below(r.cmd.Process.Pid)
		for _, pid := range children {
			if state(pid) == "Z" {
				return false
			}
		}
		return len(children) == n
	})
}

// below lists the descendants of a process.
func below(pid int) []int {
	var all []int
	lists, _ := filepath.Glob(fmt.Sprint("/proc/", pid, "/task/*/children"))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(append(all, child), below(child)...)
			}
		}
	}
	return all
}

// inside is the PID of a process in its innermost namespace.
func inside(pid int) int {
	text, _ := os.ReadFile(fmt.Sprint("/proc/", pid, "/status"))
	_, rest, _ := strings.Cut(string(text), "NSpid:")
	line, _, _ := strings.Cut(rest, "\n")
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return 0
	}
	own, _ := strconv.Atoi(fields[len(fields)-1])
	return own
}

func state(pid int) string {
	text, _ := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	if fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

func ask(url string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

var ports atomic.Int32

// freePort returns a port below those that the kernel gives out.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()*17+int(ports.Add(1)))%10000)
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// output is what the parent and all below it print.
type output struct {
	mu   sync.Mutex // guards all below
	text bytes.Buffer
	seen int           // up to where next has read
	more chan struct{} // closed and replaced by Write
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) next(ctx context.Context, re *regexp.Regexp) []string {
	for {
		o.mu.Lock()
		text, more := o.text.String()[o.seen:], o.more
		at := re.FindStringSubmatchIndex(text)
		if at != nil {
			o.seen += at[1]
		}
		o.mu.Unlock()
		if at != nil {
			return re.FindStringSubmatch(text)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}
