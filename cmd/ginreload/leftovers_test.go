//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// However ginreload ends, nothing of it is left: no process, no port, no
// socket, no temporary file.
func TestNothingIsLeftBehind(t *testing.T) {
	for _, c := range []struct {
		name   string
		during func(t *testing.T, g *tool)
		end    func(t *testing.T, g *tool)
	}{
		{"interrupt while it serves", serving, interrupt},
		{"interrupt during a build", building, interrupt},
		{"interrupt during a start that hangs", hanging, interrupt},
		{"interrupt after a crash", crashed, interrupt},
		{"two interrupts with a request in flight", inFlight, twice},
		{"terminate", serving, func(t *testing.T, g *tool) { send(t, g, syscall.SIGTERM) }},
		{"hangup", serving, func(t *testing.T, g *tool) { send(t, g, syscall.SIGHUP) }},
		{"kill -9 while it serves", serving, killed},
		{"kill -9 during a build", building, killed},
		{"kill -9 during a start that hangs", hanging, killed},
		{"kill -9 while an old generation drains", draining, killed},
		{"kill -9 with a stubborn child of the program", stubborn, killed},
		{"interrupt with a stubborn child of the program", stubborn, interrupt},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := tiny(t)
			write(t, filepath.Join(dir, ".air.toml"), "tmp_dir = \"tmp\"\n[build]\ncmd = \"go build -o ./tmp/main .\"\nbin = \"./tmp/main\"\n")
			g := start(t, dir)
			g.awaitKind(event.Reloaded)
			c.during(t, g)
			c.end(t, g)
			<-g.gone()
			g.checkNothingLeft()
		})
	}
}

// gone is closed when every process that carries the session's mark has ended.
func (g *tool) gone() <-chan struct{} {
	none := make(chan struct{})
	go func() {
		defer close(none)
		<-g.done
		// After a kill -9 the guard cleans up; it has no way to tell us.
		look := time.NewTicker(10 * time.Millisecond)
		defer look.Stop()
		for patience := time.Now().Add(20 * time.Second); time.Now().Before(patience); <-look.C {
			if left, _ := os.ReadDir(g.tmp); len(left) == 0 && len(marked(g.tmp)) == 0 {
				return
			}
		}
	}()
	return none
}

func (g *tool) checkNothingLeft() {
	g.t.Helper()
	for pid, command := range marked(g.tmp) {
		g.t.Errorf("process %s is left: %s", pid, command)
	}
	if nc, err := net.Dial("tcp", "127.0.0.1:"+g.port); err == nil {
		nc.Close()
		g.t.Error("the port is still taken")
	}
	for _, place := range []string{g.tmp, filepath.Join(g.dir, "tmp")} {
		left, _ := os.ReadDir(place)
		for _, entry := range left {
			if entry.Name() != "main" { // what build.bin asks for
				g.t.Errorf("%s is left in %s", entry.Name(), place)
			}
		}
	}
}

// marked returns the processes that have our TMPDIR in their environment: all
// that ginreload started, the guard among them.
func marked(tmp string) map[string]string {
	found := map[string]string{}
	envs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range envs {
		env, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(env), "TMPDIR="+tmp) {
			continue
		}
		pid := filepath.Base(filepath.Dir(name))
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		found[pid] = strings.ReplaceAll(string(command), "\x00", " ")
	}
	return found
}

// twice waits in between: signals that are pending together are one.
func twice(t *testing.T, g *tool) {
	interrupt(t, g)
	g.awaitKind(event.Stopping)
	interrupt(t, g)
}

func interrupt(t *testing.T, g *tool) { send(t, g, syscall.SIGINT) }
func killed(t *testing.T, g *tool)    { send(t, g, syscall.SIGKILL) }

func send(t *testing.T, g *tool, sig syscall.Signal) {
	if err := g.cmd.Process.Signal(sig); err != nil {
		t.Error(err)
	}
}

func serving(*testing.T, *tool) {}

func building(t *testing.T, g *tool) {
	edit(t, filepath.Join(g.dir, "main.go"), "version 1", "version 2")
	g.await("second build", func(e event.Event) bool { return e.Kind == event.BuildStarted && e.Build.Number == 2 })
}

func hanging(t *testing.T, g *tool) {
	edit(t, filepath.Join(g.dir, "main.go"), "func main() {", "func init() { select {} }\n\nfunc main() {")
	g.await("start of the second generation", func(e event.Event) bool { return e.Kind == event.AppStarting && e.Generation == 2 })
}

func crashed(t *testing.T, g *tool) {
	kill(t, g.all(event.Reloaded)[0].PID)
	g.awaitKind(event.AppExited)
}

// inFlight has a request under way that takes longer than the test's patience
// for a graceful stop would be.
func inFlight(t *testing.T, g *tool) {
	edit(t, filepath.Join(g.dir, "main.go"), "700 * time.Millisecond", "time.Hour")
	g.awaitKind(event.Reloaded)
	request(t, g, "/slow")
}

func draining(t *testing.T, g *tool) {
	edit(t, filepath.Join(g.dir, "main.go"), "700 * time.Millisecond", "time.Hour")
	g.awaitKind(event.Reloaded)
	request(t, g, "/slow")
	edit(t, filepath.Join(g.dir, "main.go"), "version 1", "version 2")
	g.awaitKind(event.Reloaded)
}

// request sends one and leaves it unanswered; it has arrived when a second one,
// on the same listener, is answered.
func request(t *testing.T, g *tool, path string) {
	nc, err := net.Dial("tcp", "127.0.0.1:"+g.port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	if _, err := nc.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	g.expect("hello, version 1")
}

// stubborn has the program start a child that leaves its process group and
// ignores every signal that can be ignored.
func stubborn(t *testing.T, g *tool) {
	edit(t, filepath.Join(g.dir, "main.go"), "func main() {",
		"func init() { exec.Command(\"setsid\", \"sh\", \"-c\", \"trap '' INT TERM HUP; while :; do sleep 1; done\").Start() }\n\nfunc main() {")
	edit(t, filepath.Join(g.dir, "main.go"), "\t\"os\"\n", "\t\"os\"\n\t\"os/exec\"\n")
	g.await("second generation", func(e event.Event) bool { return e.Kind == event.Reloaded && e.Generation > 1 })
}
