package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ginreload/ginreload/internal/event"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestColorEnabled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mode     string
		terminal bool
		env      []string
		want     bool
	}{
		{"auto", true, nil, true},
		{"auto", false, nil, false},
		{"", true, nil, true},
		{"always", false, []string{"NO_COLOR", "1", "TERM", "dumb"}, true},
		{"never", true, []string{"CLICOLOR_FORCE", "1"}, false},
		{"auto", true, []string{"NO_COLOR", "0"}, false}, // any value but the empty one
		{"auto", true, []string{"NO_COLOR", ""}, true},
		{"auto", true, []string{"NO_COLOR", "1", "FORCE_COLOR", "1"}, false},
		{"auto", false, []string{"CLICOLOR_FORCE", "1"}, true},
		{"auto", false, []string{"FORCE_COLOR", "true"}, true},
		{"auto", false, []string{"CLICOLOR_FORCE", "0", "FORCE_COLOR", "0"}, false},
		{"auto", false, []string{"FORCE_COLOR", "1", "TERM", "dumb"}, true},
		{"auto", true, []string{"TERM", "dumb"}, false},
		{"auto", true, []string{"TERM", "xterm"}, true},
	}
	for _, tc := range tests {
		if got := ColorEnabled(tc.mode, tc.terminal, environment(tc.env...)); got != tc.want {
			t.Errorf("mode %q, terminal %t, %v: %t", tc.mode, tc.terminal, tc.env, got)
		}
	}
}

func TestASCII(t *testing.T) {
	t.Parallel()
	tests := []struct {
		env  []string
		want bool
	}{
		{nil, true},
		{[]string{"LANG", "en_US.UTF-8"}, false},
		{[]string{"LANG", "C.utf8"}, false},
		{[]string{"LANG", "C"}, true},
		{[]string{"LANG", "en_US.UTF-8", "LC_CTYPE", "C"}, true},
		{[]string{"LANG", "C", "LC_CTYPE", "C", "LC_ALL", "de_DE.UTF-8"}, false},
		{[]string{"LANG", "en_US.UTF-8", "TERM", "dumb"}, true},
		{[]string{"WT_SESSION", "4d8c"}, false},
	}
	for _, tc := range tests {
		if got := ASCII(environment(tc.env...)); got != tc.want {
			t.Errorf("%v: %t", tc.env, got)
		}
	}
}

func TestASCIITextIsASCII(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sink := Terminal(&out, Options{ASCII: true, Verbose: true})
	for _, e := range recording() {
		sink(e)
	}
	if i := strings.IndexFunc(out.String(), func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		t.Errorf("not ASCII: %q", out.String()[i:min(i+20, out.Len())])
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for ms, want := range map[float64]string{
		0: "0 ms", 0.4: "0 ms", 412.4: "412 ms", 9999.4: "9999 ms", 9999.6: "10.0 s", 10000: "10.0 s", 12400: "12.4 s", 725000: "725.0 s",
	} {
		if got := duration(ms); got != want {
			t.Errorf("%v: %s, want %s", ms, got, want)
		}
	}
}

// Whatever an event holds, the terminal gets no control characters but the ends
// of our lines, and tabs in blocks.
func TestNothingFromOutsideControlsTheTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b[2Jb\x1b]0;title\ac\rd\u009b31me\u202egnp\u2028\x7f\b\x00\xff\tz"
	exit := &event.Exit{Code: -1, Signal: evil}
	build := event.Build{Number: 1, Diagnostics: []event.Diagnostic{{Package: evil, File: evil, Line: 1, Message: evil, Count: 2}, {Package: evil, Message: evil}}}
	raw := event.Build{Output: evil + "\r\n" + evil}
	for _, kind := range []event.Kind{event.Started, event.Changed, event.BuildStarted, event.BuildFinished, event.AppStarting, event.Reloaded,
		event.ReloadFailed, event.AppExited, event.AppGone, event.Notice, event.Stopping, event.Stopped,
		event.CommandBegun, event.CommandEnded, event.Output, evil} {
		for _, outcome := range []event.Outcome{event.Built, event.Same, event.Failed, event.Canceled, event.Broken, evil} {
			for _, b := range []event.Build{build, raw} {
				for _, level := range []event.Level{event.Debug, event.Info, event.Warn, event.Error, evil} {
					b.Outcome = outcome
					var out bytes.Buffer
					sink := Terminal(&out, Options{Verbose: true})
					e := event.Event{Kind: kind, Level: level, Message: evil, Hint: evil, Package: evil, Root: evil, Files: []string{evil, "b"},
						Action: evil, Why: evil, Handoff: evil, Addresses: []string{evil}, Build: &b, Exit: exit,
						Command: &event.Run{Role: evil, Name: evil, Line: evil}}
					sink(e)
					sink(e)
					e.Kind = event.Reloaded // tells of files and hand-off that came before
					sink(e)
					e.Kind, e.Message = event.Started, ""
					sink(e)
					if bad := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && r != '\t' && hostile(r) }); bad >= 0 || !utf8.Valid(out.Bytes()) {
						t.Fatalf("%s %s %s: %q", kind, outcome, level, out.String())
					}
				}
			}
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain é → ✔": "plain é → ✔",
		"a\x1b[31mb":  "a\uFFFD[31mb",
		"a\nb\tc":     "a\uFFFDb\uFFFDc",
		"a\xffb":      "a\uFFFDb",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := cleanBlock("a\r\n\tb\rc\x1b"); got != "a\n\tb\uFFFDc\uFFFD" {
		t.Errorf("block: %q", got)
	}
}

func TestReloadNamesTheLatestFileAndCountsTheRest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	sink := Terminal(&out, Options{})
	sink(event.Event{Kind: event.Reloaded, Generation: 1, PID: 1})
	sink(event.Event{Kind: event.Changed, Files: []string{"a.go", "b.go"}})
	sink(event.Event{Kind: event.Changed, Files: []string{"notes.md"}, Action: "ignore"})
	sink(event.Event{Kind: event.Changed, Files: []string{"c.go", "a.go"}})
	out.Reset()
	for generation := range 2 {
		sink(event.Event{Kind: event.Reloaded, Generation: generation + 2, PID: 1})
	}
	want := "00:00:00 ✔ reloaded c.go (+2)  (#2)\n00:00:00 ✔ reloaded  (#3)\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestBanner(t *testing.T) {
	t.Parallel()
	tests := []struct {
		e    event.Event
		want string
	}{
		{event.Event{Package: "./cmd/api", Message: "watching 31 folders"}, "ginreload 0.1.0  ./cmd/api  watching 31 folders\n"},
		{event.Event{Package: "./cmd/api", Root: "/p"}, "ginreload 0.1.0  ./cmd/api  watching /p\n"},
		{event.Event{}, "ginreload 0.1.0\n"},
	}
	for _, tc := range tests {
		var out bytes.Buffer
		tc.e.Kind = event.Started
		Terminal(&out, Options{Version: "0.1.0"})(tc.e)
		if out.String() != tc.want {
			t.Errorf("%q, want %q", out.String(), tc.want)
		}
	}
}

func TestBannerOfTheUser(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "",
		"shop":                               "shop\n",
		"  __\n /\\ \n":                      "  __\n /\\ \n",
		"\x1b[35mshop\x1b[2J":                "\x1b[35mshop\x1b[m\n",
		"\x1b]0;title\asteal the title \x1b": "steal the title \uFFFD\n",
	} {
		var out bytes.Buffer
		Terminal(&out, Options{Banner: &text, Color: true})(event.Event{Kind: event.Started, Package: ".", Message: "watching 1 folder"})
		if out.String() != want {
			t.Errorf("%q: %q, want %q", text, out.String(), want)
		}
	}
}

func TestColorsOfParts(t *testing.T) {
	t.Parallel()
	ready := event.Event{Kind: event.Reloaded, Generation: 1, PID: 1, Addresses: []string{"http://localhost:1"}}
	failed := event.Event{Kind: event.ReloadFailed, Generation: 2}
	for _, tc := range []struct {
		color, ready, failed string
	}{
		{"blue", "\x1b[34m00:00:00 ▸ http://localhost:1  (#1, pid 1) ready\x1b[0m\n",
			"00:00:00 \x1b[33m!\x1b[0m #2 did not start; \x1b[33mwaiting for the next save\x1b[0m\n"},
		{"raw", "00:00:00 ▸ http://localhost:1  (#1, pid 1) ready\n", "00:00:00 ! #2 did not start; waiting for the next save\n"},
		{"mauve", "\x1b[2m00:00:00\x1b[22m \x1b[32m▸\x1b[0m \x1b[36mhttp://localhost:1\x1b[0m  (#1, pid 1) ready\n",
			"\x1b[2m00:00:00\x1b[22m \x1b[33m!\x1b[0m #2 did not start; \x1b[33mwaiting for the next save\x1b[0m\n"},
	} {
		for _, colored := range []bool{true, false} {
			var out bytes.Buffer
			sink := Terminal(&out, Options{Color: colored, Colors: Colors{Runner: tc.color}})
			sink(ready)
			sink(failed)
			want := tc.ready + tc.failed
			if !colored {
				want = withoutColors(want)
			}
			if out.String() != want {
				t.Errorf("%s, %t:\n%q, want\n%q", tc.color, colored, out.String(), want)
			}
		}
	}
}

// A build may be a command whose output comes line by line, and then a go build
// whose errors come at the end.
func TestOnlyWhatWasShownIsNotRepeated(t *testing.T) {
	t.Parallel()
	undefined := event.Diagnostic{File: "a.go", Line: 1, Message: "undefined: x", Count: 1}
	for _, tc := range []struct {
		name   string
		extent Extent
		build  event.Build
		want   string
	}{
		{"all", All, event.Build{Output: "generated\n\nwrong\r\n"}, "generated\nwrong\n00:00:00 ✘ build failed in 0 ms; waiting for the next save\n"},
		{"a part", All, event.Build{Output: "generated\nlink: boom\n\twhere\n"}, "generated\nwrong\n00:00:00 ✘ build failed in 0 ms; waiting for the next save\nlink: boom\n\twhere\n"},
		{"silent, all", Silent, event.Build{Output: "wrong\n", Diagnostics: []event.Diagnostic{undefined}}, "generated\nwrong\n"},
		{"silent, a part", Silent, event.Build{Output: "generated\n./a.go:1: undefined: x\n", Diagnostics: []event.Diagnostic{undefined}}, "generated\nwrong\n  ./a.go:1: undefined: x\n"},
		{"silent, diagnostics alone", Silent, event.Build{Diagnostics: []event.Diagnostic{undefined}}, "generated\nwrong\n  ./a.go:1: undefined: x\n"},
	} {
		var out bytes.Buffer
		sink := Terminal(&out, Options{Extent: tc.extent})
		cmd := &event.Run{Role: "cmd"}
		sink(event.Event{Kind: event.BuildStarted, Build: &event.Build{Number: 1}})
		sink(event.Event{Kind: event.Output, Message: "generated", Command: cmd})
		sink(event.Event{Kind: event.Output, Message: "wrong", Command: cmd})
		tc.build.Outcome = event.Failed
		sink(event.Event{Kind: event.BuildFinished, Build: &tc.build})
		if out.String() != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, out.String(), tc.want)
		}
	}
}

// Text that somebody reads later shows the output of a build, although it went
// over the terminal when the build ran.
func TestTroubleShowsWhatTheTerminalHasShown(t *testing.T) {
	t.Parallel()
	trouble := NewTrouble("1.0")
	trouble.Show(event.Event{Kind: event.BuildStarted, Build: &event.Build{Number: 1}})
	trouble.Show(event.Event{Kind: event.Output, Message: "no rule", Command: &event.Run{Role: "cmd"}})
	trouble.Show(event.Event{Kind: event.BuildFinished, Build: &event.Build{Number: 1, Outcome: event.Failed, Output: "no rule\n"}})
	if _, detail := trouble.Text(); detail != "no rule" {
		t.Errorf("%q", detail)
	}
}

func TestAWriterThatFailsIsNoReasonToStop(t *testing.T) {
	t.Parallel()
	for _, sink := range []event.Sink{Terminal(broken{}, Options{}), JSON(broken{})} {
		for _, e := range recording() {
			sink(e)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("the reader is gone") }
