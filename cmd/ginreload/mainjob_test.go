//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// clients are all kinds at once; none of them ever retries.
func clients(url string) supervisortest.Load {
	return supervisortest.Load{
		URL:       url,
		KeepAlive: 16, Think: 10 * time.Millisecond,
		Idle: 8, IdleThink: 500 * time.Millisecond,
		NewConn: 4, Every: 10 * time.Millisecond,
		Slow: 4, SlowPath: "/slow?ms=700",
		Upload: 4, UploadPath: "/upload",
	}
}

// edits is how many versions follow the first one.
func edits(t *testing.T) int { return number(t, "GINRELOAD_EDITS", 20) }

// number is what a variable of the environment says about how often something is
// to be done.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// underLoad edits the greeting again and again, and has each version deployed,
// while the clients run.
func underLoad(t *testing.T, url, file string, deploy func(version int)) *supervisortest.Report {
	ctx, endLoad := context.WithCancel(t.Context())
	defer endLoad()
	reports := make(chan *supervisortest.Report, 1)
	go func() { reports <- clients(url).Run(ctx) }()
	for version := 2; version < edits(t)+2; version++ {
		edit(t, file, fmt.Sprintf("version %d\"", version-1), fmt.Sprintf("version %d\"", version))
		deploy(version)
	}
	endLoad()
	report := <-reports
	t.Log(report)
	return report
}

// The main job: save a file, the new code answers, no request is lost.
func TestEditsOfASupervisedProgramLoseNothing(t *testing.T) {
	dir := example(t, "supervised")
	g := start(t, dir)
	first := g.awaitKind(event.Reloaded)
	pids := []int{first.PID}
	report := underLoad(t, g.url(), filepath.Join(dir, "main.go"), func(version int) {
		e := g.awaitKind(event.Reloaded, event.ReloadFailed, event.BuildFinished)
		for e.Kind == event.BuildFinished && e.Build.Outcome == event.Built {
			e = g.awaitKind(event.Reloaded, event.ReloadFailed)
		}
		if e.Kind != event.Reloaded || e.Handoff != "supervised" {
			t.Fatalf("version %d: %+v", version, e)
		}
		g.expect(fmt.Sprintf("hello, version %d", version))
		pids = append(pids, e.PID)
		t.Logf("version %d after %.0f ms (build %.0f, ready %.0f)", version, e.Timings.Total, e.Timings.Build, e.Timings.Ready)
	})
	if report.Failed != 0 {
		t.Errorf("%d of %d requests failed", report.Failed, report.Requests)
	}
	// The last one was asked by expect: the clients may have ended before.
	for version := 1; version < edits(t)+1; version++ {
		if _, ok := report.Answers[fmt.Sprintf("hello, version %d", version)]; !ok {
			t.Errorf("version %d was never answered", version)
		}
	}
	g.cmd.Process.Signal(os.Interrupt)
	g.awaitKind(event.Stopped)
	gone := map[int]bool{}
	for _, e := range g.all(event.AppGone) {
		gone[e.PID] = true
	}
	for _, pid := range pids {
		if !gone[pid] || alive(pid) {
			t.Errorf("process %d: reported gone: %t, alive: %t", pid, gone[pid], alive(pid))
		}
	}
	logDrains(t, g.seen)
}

// logDrains tells how long each generation lived on after it was replaced; the
// longest request takes 700 ms.
func logDrains(t *testing.T, events []event.Event) {
	replaced := map[int]time.Time{}
	for _, e := range events {
		switch e.Kind {
		case event.Reloaded:
			replaced[e.Generation-1] = e.Time
		case event.AppGone:
			if at, ok := replaced[e.Generation]; ok {
				t.Logf("generation %d left %v after it was replaced", e.Generation, e.Time.Sub(at).Round(time.Millisecond))
			}
		}
	}
}

// The same edits and the same clients, with the upgrade that tableflip's
// README suggests: a harness that sees no loss here would see none anywhere.
func TestTheSameEditsWithTheRecipeLoseRequests(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(repository(), "testdata", "apps", "recipe"))); err != nil {
		t.Fatal(err)
	}
	binary, port := filepath.Join(dir, "recipe"), freePort(t)
	build := func() {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", binary+".new", ".")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := os.Rename(binary+".new", binary); err != nil {
			t.Fatal(err)
		}
	}
	build()
	program := supervisortest.Program{Path: binary, Env: []string{"PORT=" + port}, Signal: syscall.SIGHUP, URL: "http://127.0.0.1:" + port}
	process, err := program.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer process.Stop(context.Background())
	report := underLoad(t, program.URL, filepath.Join(dir, "main.go"), func(version int) {
		build()
		if _, err := process.Upgrade(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if report.Failed == 0 {
		t.Errorf("none of %d requests failed", report.Requests)
	}
}
