//go:build linux

package operator_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/operator"
	"github.com/ginreload/ginreload/supervisor"
	"go.uber.org/goleak"
)

// The test binary is also the program that is operated, and the command of an
// operator who is somebody else.
const (
	initEnv    = "OPERATOR_TEST_INIT"    // be PID 1 to the program
	appEnv     = "OPERATOR_TEST_APP"     // the folder with the behaviour
	commandEnv = "OPERATOR_TEST_COMMAND" // the PID to upgrade
)

// patience is how long a test waits for an event that has to come.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(initEnv) != "" {
		os.Exit(pid1())
	}
	if dir := os.Getenv(appEnv); dir != "" {
		os.Exit(app(dir))
	}
	if pid := os.Getenv(commandEnv); pid != "" {
		os.Exit(command(pid))
	}
	goleak.VerifyTestMain(m)
}

// pid1 is the first process of a container, in which the program is replaced.
func pid1() int {
	signal.Ignore(syscall.SIGTERM) // meant for the program, which is in the same group
	os.Unsetenv(initEnv)
	cmd := exec.Command("/proc/self/exe")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1
	}
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); errors.Is(err, syscall.ECHILD) {
			return 0
		}
	}
}

// app behaves as its folder says.
func app(dir string) int {
	text, _ := os.ReadFile(filepath.Join(dir, "behaviour"))
	behaviour := string(text)
	if behaviour == "crash" {
		fmt.Fprintln(os.Stderr, "config.yaml: line 3: no such thing")
		return 3
	}
	fmt.Println("born", os.Getpid())
	if behaviour == "hang" {
		select {}
	}
	opts := supervisor.Options{
		ReadyTimeout: 2 * time.Second, NoAdmin: behaviour == "shy",
		ProbePath: "/healthz",
		OnEvent:   func(e supervisor.Event) { fmt.Println("event", e.Kind, e.Generation) },
	}
	if behaviour == "unready" {
		opts.Ready = func(context.Context) error { return errors.New("the schema is too old") }
	}
	s, err := supervisor.New(opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ln, err := s.Listen("http", "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/held", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("held", os.Getpid())
		gate(filepath.Join(dir, "held"))
	})
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if behaviour == "unhealthy" {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		}
	})
	if err := s.Serve(ln, &http.Server{Handler: mux}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if behaviour == "gate" {
		gate(filepath.Join(dir, "start"))
	}
	fmt.Println("address", ln.Addr())
	if err := s.Run(context.Background()); err != nil {
		return 1
	}
	return 0
}

// gate waits until somebody writes to the FIFO.
func gate(path string) {
	syscall.Mkfifo(path, 0o600)
	fmt.Println("at gate", filepath.Base(path))
	if f, err := os.Open(path); err == nil {
		f.Close()
	}
}

func command(pid string) int {
	n, _ := strconv.Atoi(pid)
	err := operator.Upgrade{Target: operator.Target{PID: n}, Wait: true, Out: os.Stdout}.Run(context.Background())
	fmt.Print(told("", err))
	if err != nil {
		return 1
	}
	return 0
}

// running is the program, all generations of it.
type running struct {
	t     *testing.T
	dir   string
	cmd   *exec.Cmd
	lines chan string
	seen  []string

	address string // of the first generation
}

func prepare(t *testing.T, behaviour string) *running {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, dir: t.TempDir(), cmd: exec.Command(self), lines: make(chan string, 1000)}
	r.behave(behaviour)
	r.cmd.Env = append(os.Environ(), appEnv+"="+r.dir, "GORACE=atexit_sleep_ms=0", "NOTIFY_SOCKET=")
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return r
}

// start returns when the program serves.
func start(t *testing.T, behaviour string) *running {
	t.Helper()
	r := prepare(t, behaviour)
	r.launch()
	return r
}

func (r *running) launch() {
	r.t.Helper()
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for scan := bufio.NewScanner(out); scan.Scan(); { // until the last generation has left it
			r.lines <- scan.Text()
		}
		r.cmd.Wait()
	}()
	r.t.Cleanup(func() {
		syscall.Kill(-r.cmd.Process.Pid, syscall.SIGTERM)
		late := time.AfterFunc(patience, func() { syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL) })
		<-ended
		if !late.Stop() {
			r.t.Error("a generation was still there at the end")
		}
		if r.t.Failed() {
			r.t.Log(strings.Join(r.seen, "\n"))
		}
	})
	r.address = r.await(`address (.*)`)[1]
	r.await(`event serving 1`)
}

func (r *running) behave(words string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "behaviour"), []byte(words), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) pid() int { return r.cmd.Process.Pid }

// await returns the groups of the next line that matches.
func (r *running) await(pattern string) []string {
	r.t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case line := <-r.lines:
			r.seen = append(r.seen, line)
			if m := re.FindStringSubmatch(line); m != nil {
				return m
			}
		case <-late.C:
			r.t.Fatalf("the program never said %s", pattern)
		}
	}
}

// open opens a gate of the program.
func (r *running) open(name string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.dir, name), os.O_WRONLY, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	f.Close()
}

// hold starts a request that lasts until the gate "held" is opened.
func (r *running) hold(addr string) (done <-chan error) {
	r.t.Helper()
	c := make(chan error, 1)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get("http://" + addr + "/held")
		if err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		c <- err
	}()
	r.await(`at gate held`)
	return c
}

// upgrade runs the command and returns all that it prints.
func upgrade(t *testing.T, u operator.Upgrade) (string, error) {
	t.Helper()
	var out strings.Builder
	u.Out = &out
	err := u.Run(t.Context())
	return told(out.String(), err), err
}

// told is what a person reads, as internal/cli prints it.
func told(out string, err error) string {
	if err != nil {
		out += err.Error() + "\n"
		var f *operator.Failure
		if errors.As(err, &f) && f.Hint != "" {
			out += "  → " + f.Hint + "\n"
		}
	}
	return out
}
