//go:build unix

package supervisor_test

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

	"github.com/ginreload/ginreload/supervisor"
)

// quickExit spares each generation a second, for which the race detector waits
// for late reports.
const quickExit = "GORACE=atexit_sleep_ms=0"

// patience is how long a test waits for an event that has to come.
const patience = 20 * time.Second

// running is the program in its folder, all generations of it.
type running struct {
	t   *testing.T
	dir string
	url string
	out *output
	cmd *exec.Cmd

	ended chan struct{} // closed when no generation is left
}

// start starts the program with this behaviour, and returns when it answers.
func start(t *testing.T, words ...string) *running {
	t.Helper()
	r := prepare(t, words...)
	r.launch()
	r.answers()
	return r
}

// prepare makes the program ready to be launched; cmd can still be changed.
func prepare(t *testing.T, words ...string) *running {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	r := &running{
		t: t, dir: t.TempDir(), url: "http://127.0.0.1:" + port,
		out: &output{more: make(chan struct{})}, cmd: exec.Command(self), ended: make(chan struct{}),
	}
	r.behave(words...)
	r.cmd.Env = append(os.Environ(), appEnv+"="+r.dir, "PORT="+port, quickExit)
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return r
}

func (r *running) launch() {
	r.t.Helper()
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		r.cmd.Wait() // returns when the last generation has left its output
		close(r.ended)
	}()
	r.t.Cleanup(func() {
		// The generation that serves may be any; stop whatever is in the group.
		syscall.Kill(-r.cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-r.ended:
		case <-time.After(patience):
			r.t.Error("a generation was still there at the end")
			syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
			<-r.ended
		}
		for _, bad := range []string{"DATA RACE", "goroutines left: found"} {
			if strings.Contains(r.out.String(), bad) {
				r.t.Error("a generation says:", bad)
			}
		}
		if r.t.Failed() {
			r.t.Log(r.out)
		}
	})
}

// answers waits until some generation does, and returns its PID.
func (r *running) answers() int {
	r.t.Helper()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		if text, err := ask(r.url + "/pid"); err == nil {
			pid, err := strconv.Atoi(text)
			if err != nil {
				r.t.Fatal(err)
			}
			return pid
		}
		select {
		case <-again.C:
		case <-r.ended:
			r.t.Fatal("the program ended")
		case <-deadline.C:
			r.t.Fatal("nobody answers")
		}
	}
}

func (r *running) behave(words ...string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "behaviour"), []byte(strings.Join(words, " ")), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// open opens a gate of the program.
func (r *running) open(gate string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.dir, gate), os.O_WRONLY, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	f.Close()
}

// upgrade upgrades, fails the test if that does not succeed, and returns when
// the old process accepts no more.
func (r *running) upgrade() {
	r.t.Helper()
	got := r.get("/upgrade")
	for strings.Contains(got, supervisor.ErrReplaced.Error()) { // it was accepted before the last upgrade
		got = r.get("/upgrade")
	}
	var generation, pid int
	if _, err := fmt.Sscanf(got, "replaced by %d %d", &generation, &pid); err != nil {
		r.t.Fatal(got)
	}
	for r.answers() != pid {
	}
}

// replace upgrades and waits until the old process has gone.
func (r *running) replace() {
	r.t.Helper()
	r.upgrade()
	r.expect(`generation \d+ ended: <nil>`)
}

func (r *running) signal(sig syscall.Signal) { syscall.Kill(r.answers(), sig) }

// get asks on a connection of its own.
func (r *running) get(path string) string {
	r.t.Helper()
	text, err := ask(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

func (r *running) host() string { return strings.TrimPrefix(r.url, "http://") }

// end waits until no generation is left.
func (r *running) end() {
	r.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(patience):
		r.t.Fatal("a generation is still there")
	}
}

// expect waits for the output to match past the last match, and returns the groups.
func (r *running) expect(pattern string) []string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found := r.out.next(ctx, regexp.MustCompile(pattern))
	if found == nil {
		r.t.Fatalf("it never said %s", pattern)
	}
	return found
}

// expectPID is expect for a pattern whose group is a PID.
func (r *running) expectPID(pattern string) int {
	r.t.Helper()
	pid, err := strconv.Atoi(r.expect(pattern)[1])
	if err != nil {
		r.t.Fatal(err)
	}
	return pid
}

// output is what all generations print.
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
		if at := re.FindStringSubmatchIndex(text); at != nil {
			o.seen += at[1]
			o.mu.Unlock()
			return re.FindStringSubmatch(text)
		}
		o.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
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

// freePort returns a port that no other test has. It is below those that the
// kernel gives out, and so stays free.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()*31+int(ports.Add(1)))%10000)
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
