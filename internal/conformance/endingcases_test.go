//go:build unix

package conformance

import "syscall"

// How the tool ends.
func endingCases() []Case {
	return []Case{
		{name: "Ctrl-C", covers: "signals", steps: []step{started, interrupt, exits(0), nothingLeft}},
		{name: "SIGTERM", covers: "signals", steps: []step{started, signals(syscall.SIGTERM), exits(0), nothingLeft}},
		{name: "SIGHUP: the terminal is closed (#377)", covers: "signals", steps: []step{started, signals(syscall.SIGHUP), exits(0), nothingLeft}},
		{name: "with kill_delay (#278)", covers: "signals kill-delay", build: "send_interrupt = true\nkill_delay = \"3s\"\n", steps: []step{started, interrupt, exits(0), hears("^signal v1 interrupt"), nothingLeft}},
		{name: "with a program that is deaf", covers: "signals kill-delay", build: "send_interrupt = true\nkill_delay = 300\n", files: map[string]string{"main.go": program("v1 deaf")}, steps: []step{started, interrupt, exits(0), nothingLeft}},
		{name: "a second Ctrl-C forces", covers: "signals second", build: "send_interrupt = true\nkill_delay = \"60s\"\n", files: map[string]string{"main.go": program("v1 deaf")}, steps: []step{started, interrupt, hears("^signal v1"), interrupt, ended, nothingLeft}, differs: "second Ctrl-C"},
		{name: "while nothing could be built", covers: "signals", files: map[string]string{"main.go": "broken\n"}, steps: []step{launched, hears("^forge broken"), interrupt, exits(0), nothingLeft}},
		{name: "while the program has crashed", covers: "signals", files: map[string]string{"main.go": program("v1 exit=1")}, steps: []step{launched, hears("^gone v1"), interrupt, exits(0)}},
		{name: "during the first build", covers: "signals processes", files: map[string]string{"main.go": program("v1 tough")}, steps: []step{launched, hears("^hang forge"), interrupt, exits(0), nothingLeft}, differs: "Ctrl-C during a build"},
		{name: "during a later build", covers: "signals processes", steps: []step{started, writes("v2 tough"), hears("^hang forge"), interrupt, exits(0), nothingLeft}, differs: "Ctrl-C during a build"},
		{name: "during pre_cmd", covers: "signals pre-cmd", build: "pre_cmd = [\"hang pre\"]\n", steps: []step{launched, hears("^hang pre"), interrupt, exits(0), nothingLeft}, differs: "Ctrl-C during a build"},
		{name: "children in sessions of their own", covers: "signals processes", files: map[string]string{"main.go": program("v1 child")}, steps: []step{started, hears("^hang child"), interrupt, exits(0), nothingLeft}, differs: "daemonised"},
		{name: "kill -9", covers: "signals processes", steps: []step{started, signals(syscall.SIGKILL), ended, nothingLeft}, differs: "kill -9"},
		{name: "kill -9 during a build", covers: "signals processes", steps: []step{started, writes("v2 tough"), hears("^hang forge"), signals(syscall.SIGKILL), ended, nothingLeft}, differs: "kill -9"},
		{name: "with a debugger", covers: "signals wrappers", build: "full_bin = \"dlv exec ./tmp/main\"\nsend_interrupt = true\nkill_delay = \"2s\"\n", files: map[string]string{"stub/dlv": dlv}, steps: []step{started, interrupt, exits(0), nothingLeft}},
		{name: "with rerun", covers: "signals rerun", build: "rerun = true\nrerun_delay = 20\n", files: map[string]string{"main.go": program("v1 exit=1")}, steps: []step{launched, hears("^start", "^start"), interrupt, exits(0), nothingLeft}},
	}
}
