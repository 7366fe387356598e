package app

import (
	"testing"

	"github.com/ginreload/ginreload/internal/proc"
)

func TestCauseIsTheLineThatSaysWhy(t *testing.T) {
	for output, want := range map[string]string{
		"":                     "",
		"listening on :8080\n": "",
		"starting\npanic: told to\n\ngoroutine 1 [running]:\n":                                     "panic: told to",
		"fatal error: all goroutines are asleep - deadlock!\n":                                     "fatal error: all goroutines are asleep - deadlock!",
		"2026/11/22 06:00:00 listen tcp :8080: bind: address already in use\nexit status 1\n":      "listen tcp :8080: bind: address already in use",
		"[GIN] [ERROR] listen tcp 127.0.0.1:8080: bind: address already in use\n":                  "listen tcp 127.0.0.1:8080: bind: address already in use",
		"the new process ended before it was ready: exit status 2 (pid 7); it said: panic: boom\n": "panic: boom",
	} {
		if got := cause(output); got != want {
			t.Errorf("%q: %q, want %q", output, got, want)
		}
	}
}

func TestParseExitReadsWhatProcessStatePrints(t *testing.T) {
	for text, want := range map[string]proc.Exit{
		"exit status 0":                    {Code: 0, Known: true},
		"exit status 3":                    {Code: 3, Known: true},
		"signal: killed":                   {Code: -1, Signal: "SIGKILL", Known: true},
		"signal: segmentation fault":       {Code: -1, Signal: "SIGSEGV", Known: true},
		"signal: aborted (core dumped)":    {Code: -1, Signal: "SIGABRT", Known: true},
		"":                                 {},
		"exit status":                      {},
		"exit status x":                    {},
		"signal: that nobody has heard of": {},
	} {
		if got := parseExit(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}
