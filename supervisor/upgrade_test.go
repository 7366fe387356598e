package supervisor_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// running is the program in its folder.
type running struct {
	*supervisortest.Process
	t   *testing.T
	dir string
	url string
	out *output
}

// output is what all generations print.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// program returns the test binary as a program on a free port.
func program(t *testing.T, env ...string) (supervisortest.Program, string, *output) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, port, out := t.TempDir(), freePort(t), new(output)
	return supervisortest.Program{
		Path:   self,
		Env:    append([]string{appEnv + "=" + dir, "PORT=" + port}, env...),
		Signal: syscall.SIGUSR2,
		URL:    "http://127.0.0.1:" + port,
		Output: out,
	}, dir, out
}

func start(t *testing.T, env ...string) *running {
	t.Helper()
	p, dir, out := program(t, env...)
	process, err := p.Start(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		// The generation that serves may be one that the harness did not start.
		if text, err := ask(p.URL + "/pid"); err == nil {
			if pid, err := strconv.Atoi(text); err == nil {
				syscall.Kill(pid, syscall.SIGTERM)
			}
		}
		process.Stop(ctx)
		if t.Failed() {
			t.Log(out)
		}
	})
	return &running{process, t, dir, p.URL, out}
}

func (r *running) behave(word string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "behaviour"), []byte(word), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// get asks on a connection of its own.
func (r *running) get(path string) string {
	r.t.Helper()
	text, err := ask(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	return text
}

func ask(url string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func freePort(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
}

func TestUpgradesUnderLoadLoseNothing(t *testing.T) {
	upgrades := 20
	if testing.Short() {
		upgrades = 5
	}
	for _, think := range []time.Duration{0, 10 * time.Millisecond} {
		t.Run("think "+think.String(), func(t *testing.T) {
			p, _, out := program(t)
			load := supervisortest.Load{
				URL: p.URL, KeepAlive: 16, Think: think, Idle: 8, IdleThink: 300 * time.Millisecond, NewConn: 4,
				Slow: 4, SlowPath: "/slow?ms=200", Upload: 4, UploadPath: "/upload",
			}
			report, all, err := p.UpgradeUnderLoad(t.Context(), load, upgrades)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Log(report)
			if report.Failed != 0 {
				t.Errorf("%d of %d requests failed\n%s", report.Failed, report.Requests, out)
			}
			if len(report.Answers) != upgrades+1 {
				t.Errorf("%d generations answered, want %d", len(report.Answers), upgrades+1)
			}
			for _, u := range all {
				t.Logf("%d → %d answered after %v, old gone after %v", u.Old, u.New, u.Answered, u.Gone)
			}
		})
	}
}

// A connection between two requests goes to the new process without its
// client noticing, so it is answered by new code and never closed.
func TestIdleConnectionMovesToTheNewProcess(t *testing.T) {
	r := start(t)
	nc, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	br := bufio.NewReader(nc)
	expect := func(want string) {
		t.Helper()
		fmt.Fprintf(nc, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(text)); got != want || resp.Close {
			t.Fatalf("got %q (close: %t), want %q on a connection that stays", got, resp.Close, want)
		}
	}
	expect("generation 1")
	for i := 2; i < 6; i++ {
		if _, err := r.Upgrade(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect(fmt.Sprint("generation ", i))
	}
}

// Half of a request may be in the server's buffer when its process is
// replaced; that connection must stay.
func TestConnectionWithPartOfARequestStays(t *testing.T) {
	for cut := 1; cut < 8; cut++ {
		t.Run(fmt.Sprint(cut, " bytes"), func(t *testing.T) {
			t.Parallel()
			r := start(t)
			nc, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			br := bufio.NewReader(nc)
			request := "GET /pid HTTP/1.1\r\nHost: x\r\n\r\n"
			// A whole request and the beginning of the next in one segment.
			io.WriteString(nc, request+request[:cut])
			first, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, first.Body)
			upgraded := make(chan error, 1)
			go func() { upgraded <- nil; _, err := r.Upgrade(t.Context()); upgraded <- err }()
			<-upgraded
			for r.get("/") != "generation 2\n" {
			}
			io.WriteString(nc, request[cut:])
			second, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatalf("after the upgrade: %v", err)
			}
			if second.StatusCode != 200 {
				t.Fatalf("after the upgrade: %s", second.Status)
			}
			io.Copy(io.Discard, second.Body)
			nc.Close()
			if err := <-upgraded; err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestFailedUpgradeSaysWhyAndLeavesTheOldOneServing(t *testing.T) {
	r := start(t)
	for _, c := range []struct{ behaviour, want string }{
		{"exit", `status "exit status 3"` + "\n" + `stderr ["config.yaml: no such thing"]`},
		{"panic", "panic: told to"},
		{"hang", "was not ready after 3s and was killed"},
	} {
		r.behave(c.behaviour)
		if got := r.get("/upgrade"); !strings.Contains(got, c.want) || !strings.Contains(got, "\nerror upgrade: ") {
			t.Errorf("%s: got\n%s\nwant %q in it", c.behaviour, got, c.want)
		}
		if got := r.get("/"); got != "generation 1\n" {
			t.Errorf("%s: %q serves", c.behaviour, got)
		}
	}
	r.behave("")
	if got := r.get("/upgrade"); !strings.HasPrefix(got, "replaced by 2 ") {
		t.Errorf("good again: %s", got)
	}
}

func TestNewProcessThatDiesAtOnceIsTakenBack(t *testing.T) {
	r := start(t)
	r.behave("die")
	// Keeps the old process from leaving before we have killed the new one.
	slow := make(chan string, 1)
	busy := make(chan struct{})
	go func() {
		resp, err := http.Get(r.url + "/stream")
		if err != nil {
			slow <- err.Error()
			return
		}
		close(busy)
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		slow <- string(text)
	}()
	<-busy
	if got := r.get("/upgrade"); !strings.HasPrefix(got, "replaced by 2 ") {
		t.Fatal(got)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "die-now"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// What the new one had accepted dies with it; that is a crash, not a loss of ours.
	for got := ""; got != "generation 1\n"; got, _ = ask(r.url + "/") {
	}
	if got := r.get("/upgrade"); !strings.Contains(got, "restart the program to upgrade") {
		t.Errorf("upgrade after that: %s", got)
	}
	if got := <-slow; got != "open\ndraining\n" {
		t.Errorf("the stream said %q", got)
	}
	http.DefaultClient.CloseIdleConnections()
}

// A successor that is stopped on purpose, while its predecessor is still
// around, has not crashed: nobody takes up again.
func TestStopRightAfterAnUpgradeStopsBoth(t *testing.T) {
	r := start(t)
	if got := r.get("/upgrade"); !strings.HasPrefix(got, "replaced by 2 ") {
		t.Fatal(got)
	}
	pid, err := strconv.Atoi(r.get("/pid"))
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(pid, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r.Stop(ctx) // kills when ctx is done
	if ctx.Err() != nil {
		t.Error("a generation was still there after 20 s")
	}
}

func TestNewCanBeCalledOnce(t *testing.T) {
	if got := start(t).get("/again"); got != "true" {
		t.Errorf("ErrAlreadyCreated: %s", got)
	}
}
