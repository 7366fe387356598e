//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// Versions that do not compile or do not start leave the last good one
// answering, say what is wrong, and the next good save recovers.
func TestBrokenVersionsLeaveTheLastGoodOneServing(t *testing.T) {
	dir := tiny(t)
	file := filepath.Join(dir, "main.go")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, dir)
	g.awaitKind(event.Reloaded)

	ctx, endLoad := context.WithCancel(t.Context())
	defer endLoad()
	reports := make(chan *supervisortest.Report, 1)
	go func() {
		reports <- supervisortest.Load{
			URL: g.url(), KeepAlive: 4, Think: 5 * time.Millisecond, NewConn: 2, Every: 5 * time.Millisecond, Slow: 2,
		}.Run(ctx)
	}()

	broken := []struct {
		name, old, new string
		await          func() event.Event
		says           string
	}{
		{"a syntax error", "func main() {", "func main() {{", g.buildFailure, "main.go:26:1: "},
		{"a type error", "http.HandleFunc(\"/\"", "http.HandleFunc(1", g.buildFailure, "main.go:17:18: "},
		{"a panic in init", "func main() {", "func init() { panic(\"told to\") }\n\nfunc main() {", g.reloadFailure, "panic: told to"},
		{"an exit at once", "func main() {", "func init() { os.Exit(3) }\n\nfunc main() {", g.reloadFailure, "exit code 3"},
		{"an endless init", "func main() {", "func init() { select {} }\n\nfunc main() {", g.hang, "is not ready after"},
	}
	version := string(good)
	for i, b := range broken {
		edit(t, file, b.old, b.new)
		e := b.await()
		if !strings.Contains(text(e), b.says) {
			t.Errorf("%s: %q is not in %s", b.name, b.says, text(e))
		}
		g.expect(greeting(version))
		// The next good save is a new version each time.
		next := strings.Replace(version, greeting(version), greeting(version)[:len("hello, version ")]+string(rune('2'+i)), 1)
		replace(t, file, []byte(next))
		version = next
		if e := g.awaitKind(event.Reloaded); e.Handoff != "supervised" {
			t.Errorf("after %s: handed over by %s", b.name, e.Handoff)
		}
		g.expect(greeting(version))
	}
	endLoad()
	if report := <-reports; report.Failed != 0 {
		t.Errorf("%v\n%v", report, report.Failures)
	}
}

func greeting(source string) string {
	_, rest, _ := strings.Cut(source, "const greeting = \"")
	text, _, _ := strings.Cut(rest, "\"")
	return text
}

func (g *tool) buildFailure() event.Event {
	g.t.Helper()
	return g.await("failed build", func(e event.Event) bool {
		return e.Kind == event.BuildFinished && e.Build.Outcome == event.Failed
	})
}

func (g *tool) reloadFailure() event.Event {
	g.t.Helper()
	return g.awaitKind(event.ReloadFailed)
}

func (g *tool) hang() event.Event {
	g.t.Helper()
	return g.await("word about a start that hangs", func(e event.Event) bool {
		return e.Kind == event.Notice && strings.Contains(e.Message, "not ready")
	})
}

// A program that dies refuses nobody: its clients wait in the queue that
// ginreload keeps until the next version is there.
func TestClientsWaitWhileACrashedProgramIsMended(t *testing.T) {
	dir := tiny(t)
	g := start(t, dir)
	first := g.awaitKind(event.Reloaded)
	kill(t, first.PID)
	e := g.awaitKind(event.AppExited)
	if e.Exit == nil || e.Exit.Signal != "SIGKILL" || e.Serving != 0 {
		t.Errorf("told %s", text(e))
	}
	answers := make(chan string, 1)
	go func() {
		got, err := g.get("/")
		if err != nil {
			got = err.Error()
		}
		answers <- got
	}()
	edit(t, filepath.Join(dir, "main.go"), "version 1", "version 2")
	if e := g.awaitKind(event.Reloaded); e.Handoff != "start" {
		t.Errorf("handed over by %s", e.Handoff)
	}
	if got := <-answers; got != "hello, version 2" {
		t.Errorf("the client that waited got %q", got)
	}
}

// A save is how a user asks for another try, also if it changes nothing that
// the compiler sees.
func TestSaveAfterACrashStartsTheSameBinaryAgain(t *testing.T) {
	dir := tiny(t)
	g := start(t, dir)
	kill(t, g.awaitKind(event.Reloaded).PID)
	g.awaitKind(event.AppExited)
	edit(t, filepath.Join(dir, "main.go"), "Tests edit it.", "Tests edit it often.")
	g.awaitKind(event.Reloaded)
	g.expect("hello, version 1")
}

func TestIdenticalBinaryRestartsNothing(t *testing.T) {
	dir := tiny(t)
	g := start(t, dir)
	g.awaitKind(event.Reloaded)
	edit(t, filepath.Join(dir, "main.go"), "Tests edit it.", "Tests edit it often.")
	e := g.awaitKind(event.BuildFinished)
	for e.Build.Number != 2 {
		e = g.awaitKind(event.BuildFinished)
	}
	if e.Build.Outcome != event.Same {
		t.Fatalf("a change of a comment: %s", text(e))
	}
	edit(t, filepath.Join(dir, "main.go"), "version 1", "version 2")
	if e := g.awaitKind(event.Reloaded); e.Generation != 2 {
		t.Errorf("generation %d, want 2: nothing may have been started in between", e.Generation)
	}
}

// A program without a supervisor is replaced only once the new one is built,
// and the old one is asked to stop: beside the new one where its sockets are
// kept, before it with --handoff=restart.
func TestPlainProgramIsReplacedAfterTheBuild(t *testing.T) {
	for handoff, args := range map[string][]string{"kept": nil, "restart": {"--handoff=restart"}} {
		t.Run(handoff, func(t *testing.T) {
			t.Parallel()
			dir := project(t, filepath.Join(repository(), "testdata", "apps", "plain"), nil)
			file := filepath.Join(dir, "main.go")
			g := start(t, dir, args...)
			if e := g.awaitKind(event.Reloaded); len(e.Addresses) != 1 {
				t.Errorf("addresses %v", e.Addresses)
			}
			edit(t, file, "func main() {", "func main() {{")
			g.buildFailure()
			g.expect("hello, version 1")
			edit(t, file, "func main() {{", "func main() {")
			edit(t, file, "version 1", "version 2")
			gone := false
			e := g.await("a reload", func(e event.Event) bool {
				gone = gone || e.Kind == event.AppGone
				return e.Kind == event.Reloaded
			})
			if e.Handoff != handoff || e.Why == "" || gone != (handoff == "restart") {
				t.Errorf("told %s, the old one gone before: %v", text(e), gone)
			}
			g.expect("hello, version 2")
			if !gone {
				g.awaitKind(event.AppGone)
			}
			if !strings.Contains(g.output.String(), "stopped by terminated") {
				t.Errorf("the program was not asked to stop:\n%s", g.output)
			}
		})
	}
}
