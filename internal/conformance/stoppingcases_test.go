//go:build unix

package conformance

import "time"

// How the version before gives way.
func stoppingCases() []Case {
	asked := "send_interrupt = true\nkill_delay = \"2s\"\n"
	deaf := map[string]string{"main.go": program("v1 deaf")}
	return []Case{
		{name: "send_interrupt", covers: "send-interrupt", build: asked, steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "it is asked once", covers: "send-interrupt processes", build: asked, steps: []step{started, reloads, hears("^gone v1"), times(1, "^signal v1")}},
		{name: "without send_interrupt it is asked too", covers: "send-interrupt T4", steps: []step{started, reloads, hears("^signal v1 terminated")}, differs: "asked to end"},
		{name: "kill_delay without send_interrupt", covers: "T4 kill-delay", build: "kill_delay = \"2s\"\n", steps: []step{started, reloads, hears("^signal v1")}, differs: "asked to end"},
		{name: "send_interrupt with a kill_delay of 0s", covers: "T3 kill-delay", build: "send_interrupt = true\nkill_delay = \"0s\"\n", files: map[string]string{"main.go": program("v1 careful")}, steps: []step{started, writes("v2"), serves("v2"), hears("^finished v1")}, differs: "kill_delay of 0"},
		{name: "it ends early when the program does (#671)", covers: "kill-delay", build: "send_interrupt = true\nkill_delay = \"60s\"\n", steps: []step{started, reloads, within(10*time.Second, hears("^gone v1"))}},
		{name: "a deaf program is killed", covers: "kill-delay", build: "send_interrupt = true\nkill_delay = 200\n", files: deaf, steps: []step{started, reloads, hears("^signal v1 interrupt", "^gone v1")}},
		{name: "a deaf program without send_interrupt", covers: "kill-delay", build: "kill_delay = 200\n", files: deaf, steps: []step{started, reloads}},
		{name: "no overlap after 5 s", covers: "T7 kill-delay", slow: true, build: "send_interrupt = true\nkill_delay = 6000\n", rest: "[ginreload]\nhandoff = \"restart\"\n", files: deaf, steps: []step{started, writes("v2"), hears("^signal v1", "^gone v1", "^start v2"), serves("v2")}, differs: "no 5 s cap"},
		{name: "children of the program end with it", covers: "processes", files: map[string]string{"main.go": program("v1 child")}, steps: []step{started, hears("^hang child"), reloads, hears("^gone hang child of v1")}, differs: "daemonised"},
		{name: "a wrapper ends with all that it has started", covers: "processes wrappers", build: "full_bin = \"hang beside & ./tmp/main\"\n", steps: []step{started, hears("^hang beside"), reloads, hears("^gone hang beside"), interrupt, exits(0), nothingLeft}},
		{name: "a program that ends by itself", covers: "crash", files: map[string]string{"main.go": program("v1 exit=3")}, text: true, steps: []step{launched, hears("^gone v1"), prints("(?i)exit.*3"), writes("v2"), serves("v2")}},
		{name: "a program that panics", covers: "crash", files: map[string]string{"main.go": program("v1 panic")}, text: true, steps: []step{launched, hears("^gone v1"), prints("on purpose"), writes("v2"), serves("v2")}},
		{name: "a new version that does not start", covers: "crash keep", steps: []step{started, writes("v2 exit=1"), hears("^start v2", "^gone v2"), answers("v1"), alive("v1"), writes("v3"), serves("v3")}, differs: "does not start"},
		{name: "a program that is not there", covers: "crash", build: "full_bin = \"./nowhere\"\n", steps: []step{launched, hears("^forge v1"), launchFailed, interrupt, exits(0)}},
		{name: "a worker that does not listen", covers: "processes T24", files: map[string]string{"main.go": program("v1 idle")}, steps: []step{launched, hears("^up v1"), writes("v2 idle"), hears("^up v2"), hears("^gone v1")}},
	}
}

var launchFailed = step{"the program does not start", func(s *scene) error {
	if s.ours() {
		return await(events, "^(app-exited|reload-failed|build-finished broken)").do(s)
	}
	return await(output, "not found|Exit").do(s)
}}
