//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// publicEdits are enough for generations that overlap while one drains.
const publicEdits = 6

// public is a server that nobody here wrote, as the Go module proxy has it.
type public struct {
	name     string
	module   string   // path@version
	folder   string   // of the module, if it is to be a module of its own
	requires []string // modules that it needs then, path@version
	in       string   // where ginreload is started
	pkg      string   // main package, from there
	args     func(ports []string, dir string) []string
	prepare  func(t *testing.T, ports []string, dir string)
	ports    map[string]string // what stands for the ports in the sources
	file     string            // that is edited, from the root of the module
	text     string            // in it, within a constant
	path     string            // whose answer has the text; "" if none has
	clients  func(ports []string, dir string) supervisortest.Load
	flags    []string            // of ginreload
	refuses  bool                // to run twice, without a word that ginreload knows
	cuts     supervisortest.Kind // whose connections never come to rest and cannot be carried on
}

// Programs of others, under clients that never retry. GINRELOAD_PUBLIC=restart
// has them restarted instead, for the comparison.
func TestEditsOfPublicPrograms(t *testing.T) {
	how := os.Getenv("GINRELOAD_PUBLIC")
	if how == "" {
		t.Skip("downloads and builds large programs; GINRELOAD_PUBLIC=1 or =restart runs them")
	}
	for _, p := range publicPrograms() {
		t.Run(p.name, func(t *testing.T) { p.edited(t, how == "restart") })
	}
}

func (p public) edited(t *testing.T, restart bool) {
	root := p.source(t)
	ports := []string{freePort(t), freePort(t)}
	for place, with := range p.ports {
		replaceAll(t, root, place, strings.NewReplacer("PORT1", ports[0], "PORT2", ports[1]).Replace(with))
	}
	if p.prepare != nil {
		p.prepare(t, ports, root)
	}
	flags := append([]string{}, p.flags...)
	if restart {
		flags = append(flags, "--handoff=restart")
	}
	flags = append(flags, p.pkg)
	if p.args != nil {
		flags = append(flags, p.args(ports, root)...)
	}
	dir := filepath.Join(root, p.in)
	// The first build of such a program takes longer than a test waits.
	began := time.Now()
	command(t, dir, "go", "build", "-o", filepath.Join(t.TempDir(), "first"), p.pkg)
	t.Logf("%s: first build %v", p.module, time.Since(began).Round(time.Second))
	g := start(t, dir, flags...)
	g.port = ports[0]
	first := g.awaitKind(event.Reloaded)
	t.Logf("#1 ready after %.0f ms on %v", first.Timings.Ready, first.Addresses)

	if p.clients(ports, "").Unix == 0 {
		g.awaitPort(ports[0]) // the first start is done with the first port on which a program listens
	}

	kept := true
	report := p.during(t, ports, root, func() {
		for version := 1; version <= publicEdits; version++ {
			kept = p.edit(t, g, root, version) && kept
		}
	})
	if len(report.Answers) > publicEdits+1 {
		report.Answers = nil // a page that is never twice the same
	}
	t.Log(report)
	g.cmd.Process.Signal(os.Interrupt)
	began = time.Now()
	g.awaitKind(event.Stopped)
	t.Logf("stopped after %v", time.Since(began).Round(time.Millisecond))
	p.tell(t, g)
	if kept && report.Failed != report.ByKind[p.cuts].Failed {
		t.Errorf("%d of %d requests failed", report.Failed, report.Requests)
	}
}

func (p public) during(t *testing.T, ports []string, root string, do func()) *supervisortest.Report {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	reports := make(chan *supervisortest.Report, 1)
	go func() { reports <- p.clients(ports, root).Run(ctx) }()
	do()
	end()
	return <-reports
}

// edit changes the text and reports whether the sockets were kept.
func (p public) edit(t *testing.T, g *tool, root string, version int) bool {
	t.Helper()
	said := func(version int) string {
		if version == 0 {
			return p.text
		}
		return fmt.Sprintf("%s, edit %d.", p.text, version)
	}
	saved := time.Now()
	edit(t, filepath.Join(root, p.file), said(version-1), said(version))
	for {
		e := g.awaitKind(event.Reloaded, event.ReloadFailed, event.BuildFinished)
		switch {
		case e.Kind == event.ReloadFailed && p.refuses:
			t.Logf("edit %d after %v: %s (%s)", version, time.Since(saved).Round(time.Millisecond), e.Message, e.Hint)
			return true
		case e.Kind == event.ReloadFailed, e.Kind == event.BuildFinished && e.Build.Outcome != event.Built:
			t.Fatalf("edit %d: %+v %+v", version, e, e.Build)
		case e.Kind == event.Reloaded:
			t.Logf("edit %d after %.0f ms (build %.0f, ready %.0f), %s: %s", version, e.Timings.Total, e.Timings.Build, e.Timings.Ready, e.Handoff, e.Why)
			if p.path != "" {
				if got, err := g.get(p.path); err != nil || !strings.Contains(got, said(version)) {
					t.Errorf("edit %d is not answered: %.200q, %v", version, got, err)
				}
			}
			return e.Handoff == "kept"
		}
	}
}

// tell logs what a user was told, and checks that no generation is left.
func (p public) tell(t *testing.T, g *tool) {
	logDrains(t, g.seen)
	for _, e := range g.all(event.Notice, event.ReloadFailed, event.AppExited) {
		t.Logf("%s %s #%d: %s (%s)", e.Kind, e.Level, e.Generation, e.Message, e.Hint)
	}
	for _, e := range g.all(event.Reloaded) {
		if alive(e.PID) {
			t.Errorf("#%d, process %d, is left", e.Generation, e.PID)
		}
	}
}

// source returns a copy of the module that can be edited.
func (p public) source(t *testing.T) string {
	t.Helper()
	var module struct{ Dir string }
	if err := json.Unmarshal(command(t, t.TempDir(), "go", "mod", "download", "-json", p.module), &module); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(module.Dir, p.folder))); err != nil {
		t.Fatal(err)
	}
	if len(p.requires) > 0 {
		path, _, _ := strings.Cut(p.module, "@")
		command(t, dir, "go", "mod", "init", strings.TrimSuffix(path+"/"+p.folder, "/"))
		command(t, dir, "go", append([]string{"get"}, p.requires...)...)
	}
	return dir
}

// command returns the standard output of a command that has to succeed.
func command(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, &stderr)
	}
	return out
}

// replaceAll replaces text in all Go files of a folder.
func replaceAll(t *testing.T, dir, old, new string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Sorted(slices.Values(files)) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, strings.ReplaceAll(string(text), old, new))
	}
}
