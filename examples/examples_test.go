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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
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
		"grpc":       checkCalls,
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
	all := make([]*websocket.Conn, 200)
	for i := range all {
		all[i] = s.echo(t)
	}
	s.upgrade(t)
	for _, conn := range all {
		if _, _, err := conn.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
			t.Fatalf("the connection ended with %v, not with status %d", err, websocket.StatusServiceRestart)
		}
	}
	s.echo(t)
}

// checkCalls makes calls one after the other, without a retry, while one
// generation follows the other.
func checkCalls(t *testing.T, s *server) {
	const clients, upgrades = 4, 3
	ctx, cancel := context.WithCancel(s.ctx)
	var calling sync.WaitGroup
	var calls atomic.Int64
	answered := make(chan string)
	for range clients {
		conn, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableRetry())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		client := grpc_health_v1.NewHealthClient(conn)
		calling.Go(func() {
			for ctx.Err() == nil {
				var header metadata.MD
				_, err := client.Check(s.ctx, &grpc_health_v1.HealthCheckRequest{}, grpc.Header(&header))
				if err != nil {
					t.Errorf("call failed: %v", err)
					return
				}
				calls.Add(1)
				select {
				case answered <- header.Get("pid")[0]:
				case <-ctx.Done():
				}
			}
		})
	}
	seen := make(map[string]bool)
	another := func() string {
		for {
			select {
			case pid := <-answered:
				if !seen[pid] {
					seen[pid] = true
					return pid
				}
			case <-s.ctx.Done():
				t.Fatal("waited in vain for another process to answer")
			}
		}
	}
	for range upgrades {
		pid, err := strconv.Atoi(another())
		if err != nil {
			t.Fatal(err)
		}
		syscall.Kill(pid, syscall.SIGUSR2)
	}
	another()
	cancel()
	calling.Wait()
	t.Logf("%d calls over %d upgrades", calls.Load(), upgrades)
}

// server is an example that runs, in whichever generation.
type server struct {
	greeting string // in its source
	ctx      context.Context
	url      string
	grpc     string // address for gRPC, where it has one
	pid      int    // of the first generation, and of the process group of all
}

func start(t *testing.T, binary string) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	port, grpcPort := freePort(t), freePort(t)
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), fmt.Sprintf("PORT=%d", port), fmt.Sprintf("GRPC_PORT=%d", grpcPort), "GIN_MODE=release")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait() // until no generation holds the pipe of the output
	})
	s := &server{
		ctx: ctx, url: fmt.Sprintf("http://127.0.0.1:%d", port), grpc: fmt.Sprintf("127.0.0.1:%d", grpcPort),
		pid: cmd.Process.Pid, greeting: greeting(t, filepath.Base(binary)),
	}
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

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
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
