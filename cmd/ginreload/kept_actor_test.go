//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// part is what testdata/apps/actor is to do, with the fields that it knows.
type part struct {
	Text     string
	Listen   []string
	Late     int    `json:",omitempty"` // ms
	OnDemand string `json:",omitempty"`
	Clear    bool   `json:",omitempty"`
	Prefork  int    `json:",omitempty"`
	Sick     string `json:",omitempty"`
	Lock     string `json:",omitempty"`
	UDP      string `json:",omitempty"`
	Dies     string `json:",omitempty"`
	After    int    `json:",omitempty"` // ms
	Remain   bool   `json:",omitempty"`
}

// ordinary is a program that does nothing special.
func ordinary(version int) part {
	return part{Text: fmt.Sprint("hello, version ", version), Listen: []string{"tcp 127.0.0.1:$PORT"}}
}

// stage is a ginreload with an actor on it. A save of its part is a reload that
// needs no compiler.
type stage struct{ *tool }

const stageConfig = `
[build]
cmd = "cp part.json part.live"
bin = "part.live"
full_bin = "exec ./actor part.live"
include_ext = ["json"]
`

// actor builds the program once for all that a test puts on stage.
func actor(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "actor")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", binary, "./testdata/apps/actor")
	cmd.Dir = repository()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// perform starts ginreload with a part and waits until it plays.
func perform(t *testing.T, binary string, first part, args ...string) *stage {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(dir, "actor")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, ".air.toml"), stageConfig)
	write(t, filepath.Join(dir, "part.json"), asJSON(t, first))
	s := &stage{start(t, dir, args...)}
	s.awaitKind(event.Reloaded)
	return s
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// save gives out another part.
func (s *stage) save(p part) {
	s.t.Helper()
	replace(s.t, filepath.Join(s.dir, "part.json"), []byte(asJSON(s.t, p)))
}

// play saves p and waits until it is what serves.
func (s *stage) play(p part) event.Event {
	s.t.Helper()
	s.save(p)
	e := s.awaitKind(event.Reloaded, event.ReloadFailed)
	if e.Kind != event.Reloaded || e.Handoff != "kept" {
		s.t.Fatalf("%q: %s", p.Text, text(e))
	}
	return e
}

// flop saves p and waits until it has failed.
func (s *stage) flop(p part) event.Event {
	s.t.Helper()
	s.save(p)
	return s.awaitKind(event.ReloadFailed)
}

// awaitGone waits until no generation but one is left.
func (s *stage) awaitGone() {
	s.t.Helper()
	for {
		left := map[int]bool{}
		for _, e := range s.seen {
			switch e.Kind {
			case event.AppStarting:
				left[e.Generation] = true
			case event.AppGone, event.ReloadFailed, event.AppExited:
				delete(left, e.Generation)
			}
		}
		if len(left) <= 1 {
			return
		}
		s.awaitKind(event.AppGone, event.ReloadFailed, event.AppExited)
	}
}

// strict are clients of each kind that HTTP/1 has; none of them ever retries.
func strict(url string) supervisortest.Load {
	return supervisortest.Load{
		URL:     url,
		NewConn: 4, Every: 10 * time.Millisecond,
		KeepAlive: 4, Think: 10 * time.Millisecond,
		Busy: 1,
		Idle: 2, IdleThink: 500 * time.Millisecond,
		Slow: 4, SlowPath: "/slow?ms=700",
		Upload: 2,
	}
}

// during has the clients ask until do has returned, and returns how they fared.
func during(t *testing.T, load supervisortest.Load, do func()) *supervisortest.Report {
	t.Helper()
	report, err := load.During(t.Context(), func(context.Context) error { do(); return nil })
	if err != nil {
		t.Error(err)
	}
	t.Log(report)
	return report
}

// nobodyFailed is the verdict of most tests.
func nobodyFailed(t *testing.T, report *supervisortest.Report) {
	t.Helper()
	if report.Failed != 0 || report.Requests == 0 {
		t.Errorf("%d of %d requests failed", report.Failed, report.Requests)
	}
}

// answeredBy reports a text that no client was answered.
func answeredBy(t *testing.T, report *supervisortest.Report, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if report.Answers[want].Count == 0 {
			t.Errorf("%q was never answered", want)
		}
	}
}
