//go:build unix

package examples_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func TestExamples(t *testing.T) {
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", "./...")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the examples: %v\n%s", err, out)
	}
	for name, check := range map[string]func(*testing.T, *server){
		"gin":        checkRoutes,
		"supervised": checkSupervised,
		"sse":        checkEvents,
		"websocket":  checkEcho,
	} {
		t.Run(name, func(t *testing.T) { check(t, start(t, filepath.Join(bin, name))) })
	}
}

// greeting is what the source of an example says. README has its reader edit
// it, and the tests pass all the same.
func greeting(t *testing.T, name string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(name, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "const greeting = \"")
	text, _, ok := strings.Cut(rest, "\"")
	if !ok || text == "" {
		t.Fatalf("no greeting in %s", name)
	}
	return text
}

func checkRoutes(t *testing.T, s *server) {
	if got := s.get(t, "/", http.StatusOK); got != s.greeting {
		t.Errorf("/ answers %q, want %q", got, s.greeting)
	}
	if got := s.get(t, "/slow?ms=20", http.StatusOK); !strings.Contains(got, "after 20 ms") {
		t.Errorf("/slow answers %q", got)
	}
	s.get(t, "/slow?ms=soon", http.StatusBadRequest)

	body := strings.Repeat("body", 1000)
	resp, err := http.Post(s.url+"/upload", "text/plain", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	want := fmt.Sprintf("4000 %x", sha256.Sum256([]byte(body)))
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != want {
		t.Errorf("/upload answers %q (%v), not %q", got, err, want)
	}
}

func checkSupervised(t *testing.T, s *server) {
	checkRoutes(t, s)
	before := s.get(t, "/pid", http.StatusOK)
	s.upgrade(t)
	s.until(t, "another process answers", func() bool { return s.get(t, "/pid", http.StatusOK) != before })
	checkRoutes(t, s)
}

func checkEvents(t *testing.T, s *server) {
	if page := s.get(t, "/", http.StatusOK); !strings.Contains(page, `new EventSource("/events")`) {
		t.Errorf("the page is %q", page)
	}
	stream := s.events(t)
	s.upgrade(t)
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream did not end in order: %v", err)
	}
	s.events(t)
}

func checkEcho(t *testing.T, s *server) {
	if page := s.get(t, "/", http.StatusOK); !strings.Contains(page, "/echo") {
		t.Errorf("the page is %q", page)
	}
	conn := s.echo(t)
	s.upgrade(t)
	if _, _, err := conn.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("the connection ended with %v, not with status %d", err, websocket.StatusServiceRestart)
	}
	s.echo(t)
}

// server is an example that runs, in whichever generation.
type server struct {
	greeting string // in its source
	ctx      context.Context
	url      string
	pid      int // of the first generation, and of the process group of all
}

func start(t *testing.T, binary string) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	ln.Close()

	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), fmt.Sprintf("PORT=%d", port), "GIN_MODE=release")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait() // until no generation holds the pipe of the output
	})
	s := &server{ctx: ctx, url: fmt.Sprintf("http://127.0.0.1:%d", port), pid: cmd.Process.Pid, greeting: greeting(t, filepath.Base(binary))}
	s.until(t, "the server answers", func() bool {
		resp, err := http.Get(s.url)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return true
	})
	return s
}

// upgrade asks the first generation for an upgrade.
func (s *server) upgrade(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(s.pid, syscall.SIGUSR2); err != nil {
		t.Fatalf("ask for an upgrade: %v", err)
	}
}

func (s *server) until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !happened() {
		select {
		case <-again.C:
		case <-s.ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (s *server) get(t *testing.T, path string, status int) string {
	t.Helper()
	resp, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s: %s, not %d: %q (%v)", path, resp.Status, status, body, err)
	}
	return string(body)
}

// events returns a stream of which the first event has been read.
func (s *server) events(t *testing.T) io.Reader {
	t.Helper()
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	stream := bufio.NewReader(resp.Body)
	for line := ""; !strings.HasPrefix(line, "data: "+s.greeting); {
		if line, err = stream.ReadString('\n'); err != nil {
			t.Fatalf("read the first event: %v", err)
		}
	}
	return stream
}

// echo returns a connection on which one message has come back.
func (s *server) echo(t *testing.T) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(s.ctx, s.url+"/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	if err := conn.Write(s.ctx, websocket.MessageText, []byte("ping")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := conn.Read(s.ctx); err != nil || string(got) != s.greeting+": ping" {
		t.Fatalf("the echo is %q (%v)", got, err)
	}
	return conn
}
