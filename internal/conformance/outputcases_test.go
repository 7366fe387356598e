//go:build unix

package conformance

func outputCases() []Case {
	loud := map[string]string{"main.go": program("v1 loud")}
	return []Case{
		{name: "what the program prints", covers: "output", text: true, files: loud, steps: []step{started, prints("out of v1"), prints("err of")}},
		{name: "colours of the program stay (#894)", covers: "output colour", text: true, files: loud, steps: []step{started, prints("err of \x1b\\[32mv1\x1b\\[0m")}},
		{name: "log.silent", covers: "log", text: true, files: loud, rest: "[log]\nsilent = true\n", steps: []step{started, prints("out of v1"), silent("(?i)watching|building|reloaded|ready in|ginreload")}},
		{name: "log.main_only", covers: "log", text: true, files: loud, rest: "[log]\nmain_only = true\n", steps: []step{started, prints("out of v1"), writes("v2"), serves("v2"), silent("building|running|reloaded")}},
		{name: "log.time", covers: "log", text: true, rest: "[log]\ntime = true\n", steps: []step{started, prints(`\d\d:\d\d:\d\d`)}},
		{name: "no banner", covers: "banner", text: true, rest: "[misc]\nstartup_banner = \"\"\n", steps: []step{started, silent(`built with Go|^ginreload \d`)}},
		{name: "a banner of one's own", covers: "banner", text: true, rest: "[misc]\nstartup_banner = \"the shop\"\n", steps: []step{started, prints("the shop")}},
		{name: "clear_on_rebuild", covers: "screen", text: true, terminal: true, rest: "[screen]\nclear_on_rebuild = true\n", args: []string{"--color", "always"}, steps: []step{started, writes("v2"), serves("v2"), prints("\x1b\\[2J")}},
		{name: "clear_on_rebuild without keep_scroll", covers: "screen zeros T1", text: true, terminal: true, rest: "[screen]\nclear_on_rebuild = true\nkeep_scroll = false\n", args: []string{"--color", "always"}, steps: []step{started, writes("v2"), serves("v2"), prints("\x1b(c|\\[3J)")}, differs: "honoured zeros"},
		{name: "no clearing into a file", covers: "screen", text: true, rest: "[screen]\nclear_on_rebuild = true\n", steps: []step{started, writes("v2"), serves("v2"), silent("\x1b(c|\\[2J)")}},
		{name: "no clearing unasked", covers: "screen", text: true, terminal: true, args: []string{"--color", "always"}, steps: []step{started, writes("v2"), serves("v2"), silent("\x1b(c|\\[2J)")}},
		{name: "color.mode", covers: "colour", text: true, rest: "[color]\nmode = \"always\"\n", steps: []step{started, prints("\x1b\\[")}},
		{name: "color.mode never", covers: "colour", text: true, rest: "[color]\nmode = \"never\"\n", steps: []step{started, silent("\x1b\\[")}},
		{name: "NO_COLOR", covers: "colour", text: true, env: []string{"NO_COLOR=1"}, steps: []step{started, silent("\x1b\\[")}},
		{name: "a colour that is none", covers: "colour", text: true, rest: "[color]\nmain = \"mauve\"\n", steps: []step{started, reloads}},
		{name: "output of a command", covers: "output pre-cmd", text: true, build: "pre_cmd = [\"echo from pre_cmd\"]\n", steps: []step{started, prints("from pre_cmd")}},
	}
}
