//go:build unix

package conformance

func flagCases() []Case {
	const none = "[build]\ncmd = \"false\"\nbin = \"./gone\"\ndelay = 50\n"
	forge := []string{"--build.cmd", "forge ./tmp/app main.go", "--build.bin", "./tmp/app"}
	with := func(args ...string) []string { return append(append([]string(nil), forge...), args...) }
	return []Case{
		{name: "cmd and bin", covers: "cli bin", config: none, args: forge, steps: []step{started, reloads}},
		{name: "without a file", covers: "cli bin", files: map[string]string{".air.toml": gone}, args: with("--build.delay", "50"), steps: []step{started, reloads}},
		{name: "one dash and =", covers: "cli", config: none, args: []string{"-build.cmd=forge ./tmp/app main.go", "-build.bin=./tmp/app"}, steps: []step{started, reloads}},
		{name: "entrypoint", covers: "cli entrypoint", config: none, args: []string{"--build.cmd", "forge ./tmp/main main.go", "--build.entrypoint", "./tmp/main,serve"}, steps: []step{started, ran(`^args=\["serve"\]`)}},
		{name: "full_bin (#734)", covers: "cli precedence", args: []string{"--build.full_bin", "A=1 ./tmp/main"}, steps: []step{started, ran("^A=1$")}},
		{name: "args_bin, and arguments", covers: "cli args", args: []string{"--build.args_bin", "a,b", "c"}, steps: []step{started, ran(`^args=\["a" "b" "c"\]`)}},
		{name: "exclude_dir with a comma", covers: "cli lists", files: map[string]string{"a/x.go": "", "b/x.go": ""}, args: []string{"--build.exclude_dir", "a,b"}, steps: []step{started, ignores("a/x.go", "b/x.go")}},
		{name: "exclude_dir repeated", covers: "cli lists", files: map[string]string{"a/x.go": "", "b/x.go": ""}, args: []string{"--build.exclude_dir=a", "--build.exclude_dir=b"}, steps: []step{started, ignores("a/x.go", "b/x.go")}},
		{name: "exclude_regex", covers: "cli regex", args: []string{"--build.exclude_regex", "_gen\\.go$"}, steps: []step{started, ignores("a_gen.go")}},
		{name: "exclude_regex that is empty", covers: "cli lists", build: "exclude_regex = [\"x\"]\n", args: []string{"--build.exclude_regex="}, files: map[string]string{"x.go": ""}, steps: []step{started, rebuilds("x.go")}},
		{name: "include_ext", covers: "cli lists", args: []string{"--build.include_ext", "go,sql"}, files: map[string]string{"a.sql": ""}, steps: []step{started, rebuilds("a.sql")}},
		{name: "tmp_dir", covers: "cli tmp", golang: true, config: "[build]\ndelay = 50\n", args: []string{"--tmp_dir", "out"}, steps: []step{started, holds("tmp", "")}},
		{name: "root", covers: "cli", files: map[string]string{"../lib/a.go": ""}, args: []string{"--root", ".."}, steps: []step{started, rebuilds("../lib/a.go")}},
		{name: "a switch with =", covers: "cli", args: []string{"--build.send_interrupt=true", "--build.kill_delay=2000"}, steps: []step{started, reloads, hears("^signal v1 interrupt")}},
		{name: "a switch and its value", covers: "cli", args: []string{"--build.send_interrupt", "true", "--build.kill_delay", "2000", "word"}, steps: []step{started, ran(`^args=\["word"\]`), reloads, hears("^signal v1 interrupt")}},
		{name: "a switch that stands alone", covers: "cli", args: []string{"--build.send_interrupt", "--build.kill_delay", "2000", "word"}, steps: []step{started, ran(`^args=\["word"\]`), reloads, hears("^signal v1 interrupt")}, differs: "may stand alone"},
		{name: "kill_delay as a duration", covers: "cli cli-durations", args: []string{"--build.send_interrupt=true", "--build.kill_delay=2s"}, files: map[string]string{"main.go": program("v1 careful")}, steps: []step{started, writes("v2"), serves("v2"), hears("^finished v1")}, differs: "durations on the command line"},
		{name: "a value that is the default", covers: "cli cli-defaults", build: "include_ext = [\"go\", \"css\"]\n", files: map[string]string{"a.css": "", "b.html": ""}, args: []string{"--build.include_ext", "go,tpl,tmpl,html"},
			steps: []step{started, ignores("a.css"), rebuilds("b.html")}, differs: "equal to the default"},
		{name: "a switch back to the default", covers: "cli cli-defaults", build: "rerun = true\nrerun_delay = 10\n", args: []string{"--build.rerun=false"}, files: map[string]string{"main.go": program("v1 exit=0")},
			steps: []step{launched, hears("^start v1", "^gone v1"), writes("v2"), serves("v2"), times(1, "^start v1")}, differs: "equal to the default"},
		{name: "-d", covers: "cli", args: []string{"-d"}, steps: []step{started, reloads}},
		{name: "-v", covers: "cli", args: []string{"-v"}, text: true, steps: []step{launched, exits(0), prints(`\d+\.\d+`)}},
		{name: "-h", covers: "cli", args: []string{"-h"}, text: true, steps: []step{launched, exits(0), prints("build.cmd")}},
		{name: "a flag that nobody knows", covers: "cli", args: []string{"--build.exlude_dir=a"}, steps: []step{launched, exits(2)}},
		{name: "--color", covers: "cli colour", args: []string{"--color", "never"}, text: true, steps: []step{started, silent("\x1b")}},
		{name: "our binary called air", covers: "cli", alias: true, args: []string{"server"}, steps: []step{started, ran(`^args=\["server"\]`), reloads}},
		{name: "a variable of the environment", covers: "variables", config: none, env: []string{"GINRELOAD_BUILD_CMD=forge ./tmp/main main.go", "GINRELOAD_BUILD_BIN=./tmp/main"}, steps: []step{started, reloads}, only: "Air has no such variables"},
	}
}
