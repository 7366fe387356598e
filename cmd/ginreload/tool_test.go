//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// tool is a ginreload that runs in a project of its own and is watched through
// its JSON events.
type tool struct {
	t      *testing.T
	cmd    *exec.Cmd
	dir    string // the project
	tmp    string // its TMPDIR
	port   string
	events chan event.Event
	done   chan struct{}
	output *lines // the program's, and ginreload's own errors
	seen   []event.Event
}

// lines keeps the end of what was written.
type lines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-64<<10):]
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// start runs ginreload in dir and returns at once.
func start(t *testing.T, dir string, args ...string) *tool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	g := &tool{
		t: t, dir: dir, tmp: t.TempDir(), port: freePort(t),
		events: make(chan event.Event, 1024), done: make(chan struct{}), output: &lines{},
	}
	g.cmd = exec.Command(self, append([]string{"--json"}, args...)...)
	g.cmd.Dir = dir
	g.cmd.Env = append(os.Environ(), asCommand+"=1", "PORT="+g.port, "TMPDIR="+g.tmp, "GIN_MODE=release")
	g.cmd.Stderr = g.output
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go g.read(stdout)
	t.Cleanup(g.end)
	return g
}

func (g *tool) read(stdout io.Reader) {
	defer close(g.done)
	defer close(g.events)
	for scan := bufio.NewScanner(stdout); scan.Scan(); {
		var e event.Event
		if err := json.Unmarshal(scan.Bytes(), &e); err != nil {
			e = event.Event{Kind: event.Notice, Level: event.Error, Message: "not JSON: " + scan.Text()}
		}
		g.events <- e
	}
	g.cmd.Wait()
}

// awaitPort waits until somebody listens there.
func (g *tool) awaitPort(port string) {
	g.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-again.C:
		case <-g.gone():
			g.t.Fatal(err)
		case <-g.t.Context().Done():
			g.t.Fatal(err)
		}
	}
}

// end stops ginreload and shows what happened if the test failed.
func (g *tool) end() {
	g.cmd.Process.Signal(os.Interrupt)
	patience := time.AfterFunc(20*time.Second, func() {
		g.t.Error("ginreload did not stop; asked for its goroutines and killed it")
		g.cmd.Process.Signal(syscall.SIGQUIT)
	})
	defer patience.Stop()
	for e := range g.events {
		g.seen = append(g.seen, e)
	}
	<-g.done
	if g.t.Failed() {
		for _, e := range g.seen {
			text, _ := json.Marshal(e)
			g.t.Logf("%s", text)
		}
		g.t.Logf("output:\n%s", g.output)
	}
}

// await returns the next event that matches, and fails the test if ginreload
// ends or nothing comes for a minute.
func (g *tool) await(what string, match func(event.Event) bool) event.Event {
	g.t.Helper()
	patience := time.NewTimer(time.Minute)
	defer patience.Stop()
	for {
		select {
		case e, ok := <-g.events:
			if !ok {
				g.t.Fatalf("ginreload ended while the test waited for %s", what)
			}
			g.seen = append(g.seen, e)
			if match(e) {
				return e
			}
		case <-patience.C:
			g.t.Fatalf("no %s within a minute", what)
		}
	}
}

func (g *tool) awaitKind(kinds ...event.Kind) event.Event {
	g.t.Helper()
	return g.await(fmt.Sprint(kinds), func(e event.Event) bool { return slices.Contains(kinds, e.Kind) })
}

// all returns the events of these kinds so far.
func (g *tool) all(kinds ...event.Kind) []event.Event {
	var found []event.Event
	for _, e := range g.seen {
		if slices.Contains(kinds, e.Kind) {
			found = append(found, e)
		}
	}
	return found
}

func (g *tool) url() string { return "http://127.0.0.1:" + g.port }

// get asks the program on a connection of its own.
func (g *tool) get(path string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Get(g.url() + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

func (g *tool) expect(want string) {
	g.t.Helper()
	got, err := g.get("/")
	if err != nil || got != want {
		g.t.Fatalf("got %q, %v, want %q", got, err, want)
	}
}

// edit replaces text in a file of the project as most editors do: the new
// content is written beside it and renamed over it.
func edit(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	replace(t, file, bytes.Replace(text, []byte(old), []byte(new), 1))
}

func replace(t *testing.T, file string, text []byte) {
	t.Helper()
	beside := file + "~"
	if err := os.WriteFile(beside, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, file); err != nil {
		t.Fatal(err)
	}
}

// repository is the root of this checkout.
func repository() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// tiny returns a project with the small supervised server.
func tiny(t *testing.T) string {
	return project(t, filepath.Join(repository(), "testdata", "apps", "tiny"), nil)
}

// project copies a main package into a module of its own that uses this
// checkout. With a module file it takes that module's requirements.
func project(t *testing.T, from string, mod []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(repository(), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if mod == nil {
		root, err := os.ReadFile(filepath.Join(repository(), "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		mod = bytes.Replace(root, []byte("module github.com/ginreload/ginreload"), []byte("module example.com/tiny"), 1)
		mod = append(mod, "\nrequire github.com/ginreload/ginreload v0.0.0\n"...)
	}
	mod = append(mod, fmt.Sprintf("\nreplace github.com/ginreload/ginreload => %s\n", strconv.Quote(repository()))...)
	write(t, filepath.Join(dir, "go.mod"), string(mod))
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); err != nil {
		write(t, filepath.Join(dir, "go.sum"), string(sums))
	}
	return dir
}

var greetingLine = regexp.MustCompile(`(?m)^const greeting = .*$`)

// example returns a project with one of the examples.
func example(t *testing.T, name string) string {
	t.Helper()
	examples := filepath.Join(repository(), "examples")
	mod, err := os.ReadFile(filepath.Join(examples, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(string(mod)) {
		if !strings.HasPrefix(line, "replace ") {
			kept = append(kept, line)
		}
	}
	dir := project(t, filepath.Join(examples, name), []byte(strings.Join(kept, "")))
	// README has its reader edit the greeting; tests begin with the first one.
	main := filepath.Join(dir, "main.go")
	source, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	write(t, main, string(greetingLine.ReplaceAll(source, []byte(`const greeting = "hello, version 1"`))))
	sums, err := os.ReadFile(filepath.Join(examples, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(sums))
	compiled(t, dir)
	return dir
}

// compiled has the packages of a project in the build cache, which where Gin has
// never been compiled takes longer than a test waits for a reload.
func compiled(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("compile the example: %v\n%s", err, out)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
}
