//go:build unix

package conformance

import "syscall"

func commandCases() []Case {
	return []Case{
		{name: "pre_cmd before each build, in order", covers: "pre-cmd", build: "pre_cmd = [\"say one\", \"say two\"]\n", steps: []step{started, hears("^say one", "^say two", "^forge v1", "^start"), reloads, hears("^say one", "^say two", "^forge v2", "^start")}},
		{name: "pre_cmd goes through the shell, here", covers: "pre-cmd sh", build: "pre_cmd = [\"cd sub && say $(basename $PWD)\"]\n", files: map[string]string{"sub/": ""}, steps: []step{started, hears("^say sub")}},
		{name: "pre_cmd that fails", covers: "pre-cmd T17", build: "pre_cmd = [\"say one\", \"false\"]\n", steps: []step{started, hears("^say one", "^forge v1"), reloads}},
		{name: "the ones after it are not run", covers: "pre-cmd T17", build: "pre_cmd = [\"false\", \"say two\"]\n", steps: []step{started, reloads, times(0, "^say two")}},
		{name: "pre_cmd that fails, with stop_on_error", covers: "pre-cmd stop-on-error T17", build: "stop_on_error = true\npre_cmd = [\"[ ! -e bad ]\"]\n",
			steps: []step{started, save("bad", "x"), writes("v2"), failed, times(0, "^forge v2"), remove("bad"), writes("v3"), serves("v3")}},
		{name: "then the server goes on", covers: "pre-cmd stop-on-error keep", build: "stop_on_error = true\npre_cmd = [\"[ ! -e bad ]\"]\n",
			steps: []step{started, save("bad", "x"), writes("v2"), failed, answers("v1"), alive("v1")}, differs: "stop_on_error"},
		{name: "pre_cmd that makes a source does not build twice", covers: "pre-cmd", build: "pre_cmd = [\"mkdir -p gen && echo '// x' > gen/gen.go\"]\nexclude_dir = [\"gen\"]\n", steps: []step{started, reloads, times(2, "^forge")}},
		{name: "post_cmd at the end, while the program runs", covers: "post-cmd", build: "post_cmd = [\"say bye\"]\n", steps: []step{started, reloads, times(0, "^say bye"), interrupt, exits(0), hears("^say bye", "^gone v2"), nothingLeft}},
		{name: "post_cmd on SIGTERM", covers: "post-cmd signals", build: "post_cmd = [\"say one\", \"say two\"]\n", steps: []step{started, signals(syscall.SIGTERM), exits(0), hears("^say one", "^say two")}},
		{name: "post_cmd that fails", covers: "post-cmd", build: "post_cmd = [\"say bye\", \"false\"]\n", steps: []step{started, interrupt, exits(0), hears("^say bye"), nothingLeft}},
		{name: "post_cmd that hangs, and a second Ctrl-C", covers: "post-cmd signals", build: "post_cmd = [\"hang post\"]\n", steps: []step{started, interrupt, hears("^hang post"), interrupt, ended, nothingLeft}, differs: "second Ctrl-C"},
		{name: "clean_on_exit", covers: "clean T11", rest: "[misc]\nclean_on_exit = true\n", steps: []step{started, reloads, interrupt, exits(0), holds("tmp", "")}},
		{name: "clean_on_exit leaves what others have made", covers: "clean T11 safety", rest: "[misc]\nclean_on_exit = true\n", files: map[string]string{"tmp/mine.txt": "mine\n"}, steps: []step{started, interrupt, exits(0), holds("tmp/mine.txt", "mine"), holds("tmp/main", "")}, differs: "clean_on_exit"},
		{name: "clean_on_exit never removes the project", covers: "clean T11 safety", top: "tmp_dir = \".\"\n", rest: "[misc]\nclean_on_exit = true\n", build: "cmd = \"forge ./main main.go\"\nbin = \"./main\"\n", steps: []step{launched, hears("^start v1"), interrupt, exits(0), holds("main.go", "v1")}, differs: "clean_on_exit"},
		{name: "without it tmp stays", covers: "clean", steps: []step{started, interrupt, exits(0), holds("tmp/main", "v1")}},
		{name: "rerun", covers: "rerun", build: "rerun = true\nrerun_delay = 20\n", files: map[string]string{"main.go": program("v1 exit=1")}, steps: []step{launched, hears("^start v1", "^start v1", "^start v1"), writes("v2"), serves("v2")}},
		{name: "rerun after a good end too", covers: "rerun", build: "rerun = true\nrerun_delay = 20\n", files: map[string]string{"main.go": program("v1 exit=0")}, steps: []step{launched, hears("^start v1", "^start v1")}},
		{name: "no rerun unasked", covers: "rerun crash", files: map[string]string{"main.go": program("v1 exit=1")}, steps: []step{launched, hears("^start v1", "^gone v1"), writes("v2"), serves("v2"), times(1, "^start v1")}},
		{name: "rerun and reload at once are one program (#806)", covers: "rerun", build: "rerun = true\nrerun_delay = 20\n", steps: []step{started, reloads, reloads, times(1, "^start v1"), times(1, "^start v2")}},
	}
}

// failed waits for a build that has ended before its command.
var failed = step{"no build", func(s *scene) error {
	if s.ours() {
		return await(events, "^(build-finished|command-ended pre_cmd).*").do(s)
	}
	return await(output, "failed").do(s)
}}

// ended waits for the end of the tool, whatever its exit code.
var ended = await(exit, "")
