package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

func TestServices(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 3, 4, 12, 3, 11, 0, time.UTC)
	run := func(millis float64) *event.Run {
		return &event.Run{Role: "service", Line: "docker compose up postgres", Millis: millis}
	}
	all := []event.Event{
		{Kind: event.Started, Services: []string{"db", "api", "worker"}, Message: "watching 9 folders"},
		{Service: "db", Kind: event.CommandBegun, Command: run(0), PID: 12},
		{Service: "db", Kind: event.Notice, Level: event.Info, Message: "ready in 1.2s: localhost:5432 answers"},
		{Service: "api", Kind: event.Reloaded, Generation: 1, PID: 13, Addresses: []string{"http://localhost:8080"}, Timings: &event.Timings{Total: 812, Build: 700, Ready: 112}},
		{Service: "worker", Kind: event.Reloaded, Generation: 1, PID: 14},
		{Service: "api", Kind: event.Changed, Files: []string{"a.go"}, Action: "rebuild"},
		{Service: "worker", Kind: event.BuildFinished, Serving: 1, Build: &event.Build{Number: 2, Outcome: event.Failed, Millis: 9, Errors: 1, Packages: 1,
			Diagnostics: []event.Diagnostic{{File: "b.go", Line: 1, Message: "undefined: x\nmore", Count: 1}}}},
		{Service: "api", Kind: event.Reloaded, Generation: 2, PID: 15, Handoff: "kept", Addresses: []string{"http://localhost:8080"}},
		{Service: "db", Kind: event.CommandEnded, Command: run(1200), Exit: &event.Exit{Code: -1, Signal: "SIGKILL"}, Action: rerun, Why: "in 1s"},
		{Service: "db", Kind: event.CommandEnded, Command: run(0), Message: "start /bin/sh: no such folder", Action: rerun, Why: "in 2s", Hint: "make it"},
		{Service: "db", Kind: event.CommandEnded, Command: run(5), Exit: &event.Exit{}},
		{Service: "db", Kind: event.CommandEnded, Command: run(5)},
		{Service: "db", Kind: event.Stopping, Message: "all services stop"},
		{Kind: event.Stopped},
	}
	var out bytes.Buffer
	sink := Terminal(&out, Options{Version: "1", Services: all[0].Services})
	for _, e := range all {
		e.Time = clock
		sink(e)
	}
	want := `ginreload 1  3 services: db, api, worker  watching 9 folders
db     │ 12:03:11 · ready in 1.2s: localhost:5432 answers
api    │ 12:03:11 ▸ http://localhost:8080  (#1, pid 13) ready in 812 ms   build 700 · ready 112
worker │ 12:03:11 ▸ the program  (#1, pid 14) ready
worker │ 12:03:11 ✘ build failed in 9 ms: 1 error in 1 package; #1 still serves
worker │   ./b.go:1: undefined: x
worker │     more
api    │ 12:03:11 ✔ reloaded a.go  (#2, kept)
db     │ 12:03:11 ! ended after 1200 ms: killed by SIGKILL; starts again in 1s
db     │ 12:03:11 ! could not be run: start /bin/sh: no such folder; starts again in 2s
db     │   → make it
db     │ 12:03:11 · finished in 5 ms
12:03:11 · stopped
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	labels := NewLabels([]string{"api", "würfel"}, false, true)
	for _, c := range []struct{ service, line, want string }{
		{"api", "one", "api    | one\n"},
		{"würfel", "", "würfel | \n"},
		{"api", "10%\r20%\r\n", "api    | 20%\n"},
		{"api", "\x1b[2J\x1b[31mred\x1b[0m\x1b]0;title\x07 text\a", "api    | \x1b[31mred\x1b[0m text\uFFFD\x1b[m\n"},
		{"", "nobody", "nobody\n"},
	} {
		if got := labels.Foreign(c.service, c.line); got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.line, c.service, got, c.want)
		}
	}
	colored := NewLabels([]string{"a", "b"}, true, true)
	a, b := colored.Mark("a", "x\n"), colored.Mark("b", "x\n")
	if a == strings.Replace(b, "b |", "a |", 1) || !strings.HasPrefix(a, "\x1b[") {
		t.Errorf("%q and %q", a, b)
	}
}
