package conformance

// Blocks for one system.
func platforms() []loading {
	const here = "[build]\ncmd = \"make\"\nbin = \"./bin/x\"\nargs_bin = [\"a\"]\npre_cmd = [\"p\"]\n"
	all := func(block string) string {
		return here + "[build.linux]\n" + block + "[build.darwin]\n" + block + "[build.windows]\n" + block
	}
	return []loading{
		{name: "a block of this system overrides", covers: "platform", text: all("cmd = \"other\"\nbin = \"./bin/y\"\nargs_bin = []\n"), want: []string{"Cmd other", "Runs $DIR/bin/y []", `PreCmd ["p"]`}, warns: quiet},
		{name: "an empty text in a block does not", covers: "platform T1", text: all("cmd = \"\"\npre_cmd = []\n"), want: []string{"Cmd make", "PreCmd []", `Runs $DIR/bin/x ["a"]`}},
		{name: "a block of another system is passed over", covers: "platform", text: here + "[build.plan9]\ncmd = \"other\"\n", want: []string{"Cmd make"}, warns: []string{"build.plan9"}},
		{name: "full_bin and entrypoint in a block", covers: "platform", text: all("full_bin = \"A=1 ./z\"\nentrypoint = [\"./e\"]\npost_cmd = [\"q\"]\n"), want: []string{`Runs A=1 ./z ["a"]`, `PostCmd ["q"]`}},
		{name: "a key that no block has", covers: "platform T18", text: all("cmd = \"other\"\ndelay = 3\n"), warns: []string{"delay", "delay", "delay"}},
		{name: "a block with a wrong type", covers: "platform", text: all("cmd = 3\n"), fails: `\.air\.toml:7:7: build\.(linux|darwin|windows)\.cmd: expected a string`},
		{name: "backslashes in bin on another system", covers: "T21", text: "[build]\ncmd = \"go build -o tmp\\\\main.exe .\"\nbin = \"tmp\\\\main.exe\"\n", want: []string{"Bin tmp\\main.exe"}},
	}
}

// How the text is written.
func textsOf() []loading {
	return []loading{
		{name: "lines that end as on Windows", covers: "T25", text: "root = \".\"\r\n[build]\r\ncmd = \"make\"\r\nexclude_dir = [\r\n  \"a\", # x\r\n]\r\n", want: []string{"Cmd make", `ExcludeDir ["a"]`}, warns: quiet},
		{name: "a byte order mark", covers: "T25", text: "\uFEFF[build]\ncmd = \"make\"\n", want: []string{"Cmd make"}, warns: quiet},
		{name: "no line end at the end", covers: "T25", text: "[build]\ncmd = \"make\"", want: []string{"Cmd make"}},
		{name: "aligned, tabs, comments within lists", covers: "T25", text: "[build]\n\tcmd\t   = \"make\" # é\n\tinclude_ext = [ # which\n\t\t\"go\", # Go\n\t\t\"html\",\n\t]\n", want: []string{"Cmd make", `IncludeExt ["go" "html"]`}},
		{name: "strings of all kinds", covers: "T25", text: "[build]\ncmd = '''\ngo build \\\n x'''\nbin = 'a\\b'\nexclude_regex = ['_test\\.go$']\n", want: []string{`Bin a\b`, `ExcludeRegex [_test\.go$]`}},
		{name: "a string continued on the next line", covers: "T25", text: "[build]\ncmd = \"\"\"\\\n  go build \\\n  -o x .\"\"\"\n", want: []string{"Cmd go build -o x ."}},
		{name: "the schema comment, empty tables", covers: "T25", text: "#:schema https://json.schemastore.org/any.json\n\n[color]\n\n[build]\ncmd = \"make\"\n[log]\n", want: []string{"Cmd make"}, warns: quiet},
		{name: "log is a table and a string", covers: "T25", text: "[build]\nlog = \"air.log\"\n[log]\ntime = true\n", want: []string{"LogTime true", "BuildLog $DIR/tmp/air.log"}, warns: quiet},
		{name: "dotted keys and inline tables", covers: "T25", text: "build.cmd = \"make\"\nmisc = { clean_on_exit = true }\n", want: []string{"Cmd make", "CleanOnExit true"}},
	}
}

// What cannot be meant, or has no effect.
func mistakes() []loading {
	return []loading{
		{name: "not TOML", covers: "T18 discovery", text: "[build]\ncmd = \"x\"\nEOF < /dev/null\n", fails: `^\.air\.toml:3:\d+: `},
		{name: "delay as a text", covers: "types", text: "[build]\n\ndelay = \"1s\"\n", fails: `^\.air\.toml:3:9: build\.delay: expected a whole number of milliseconds, got a string`},
		{name: "include_ext as a text", covers: "types", text: "[build]\ninclude_ext = \"go\"\n", fails: `:2:15: build\.include_ext: expected a list`},
		{name: "a fraction", covers: "types", text: "[build]\nkill_delay = 1.5\n", fails: `:2:14: build\.kill_delay: expected a duration`},
		{name: "a number in a list", covers: "types", text: "[build]\nexclude_dir = [\"a\", 3]\n", fails: `:2:21: build\.exclude_dir: `},
		{name: "a boolean as a text", covers: "types", text: "[build]\nstop_on_error = \"true\"\n", fails: `:2:17: build\.stop_on_error: expected true or false`},
		{name: "a pattern that is none", covers: "types filters", text: "[build]\nexclude_regex = [\"ok\", \"(\"]\n", fails: `:2:24: build\.exclude_regex: `},
		{name: "a duration that is none", covers: "types kill-delay", text: "[build]\nkill_delay = \"soon\"\n", fails: `:2:14: build\.kill_delay: `},
		{name: "a colour mode that is none", covers: "types colour", text: "[color]\nmode = \"sometimes\"\n", fails: `:2:8: color\.mode: `},
		{name: "a rule without a command", covers: "rules types", text: "[[build.rules]]\ninclude_ext = [\"css\"]\n", fails: `\.air\.toml:1:\d+: build\.rules.*cmd`},
		{name: "a rule that matches nothing", covers: "rules types", text: "[[build.rules]]\ncmd = \"x\"\n", fails: `\.air\.toml:1:\d+: build\.rules.*include_`},
		{name: "a port as a text", covers: "proxy types", text: "[proxy]\nenabled = true\nproxy_port = \"8090\"\napp_port = 8080\n", fails: `:3:14: proxy\.proxy_port: `},
		{name: "stop_on_root", covers: "T18 unknown", text: "[build]\nstop_on_root = true\n", warns: []string{"^2: .*stop_on_root.* → .*stop_on_error"}},
		{name: "a letter left out (#733)", covers: "T18 unknown", text: "[build]\ninclide_file = [\"a\"]\n", warns: []string{"^2: .*inclide_file.* → .*include_file"}},
		{name: "pre_cmds", covers: "T18 unknown", text: "[build]\npre_cmds = [\"a\"]\n", warns: []string{"^2: .*pre_cmds.* → .*pre_cmd"}},
		{name: "tmp_folder", covers: "T18 unknown", text: "root = \".\"\ntmp_folder = \".\"\n", warns: []string{"^2: .*tmp_folder"}},
		{name: "a section that guides invent", covers: "T18 unknown", text: "[run]\ncmd = \"x\"\n", warns: []string{`^1: .*\[run\]`}},
		{name: "a section that swallows keys", covers: "T18 unknown", text: "[watch]\nsend_interrupt = true\n", warns: []string{`^1: .*\[watch\].* → send_interrupt belongs in \[build\]`}},
		{name: "watch, which Air never had, is honoured", covers: "unknown guide", text: "[build]\nwatch = [\".\"]\n", warns: []string{"^2: .*watch"}},
		{name: "upper case is another spelling for Air", covers: "T18 unknown", text: "[BUILD]\nCMD = \"x\"\n", warns: []string{"^1: .*BUILD"}, differs: "upper case"},
		{name: "what air init writes has no warning", covers: "T25 init", text: airInit, want: []string{"Delay 1s", "KillDelay 0s", "Runs $DIR/tmp/main []"}, warns: quiet},
	}
}

// Switches of other sections.
func settings() []loading {
	return []loading{
		{name: "log", covers: "log", text: "[log]\ntime = true\nmain_only = true\nsilent = true\n", want: []string{"LogTime true", "LogMainOnly true", "LogSilent true"}, warns: quiet},
		{name: "colours", covers: "colour", text: "[color]\nmain = \"blue\"\nwatcher = \"raw\"\n", want: []string{"Colors.Main blue", "Colors.Watcher raw"}, warns: quiet},
		{name: "no banner", covers: "banner", text: "[misc]\nstartup_banner = \"\"\n", want: []string{"Banner "}, warns: quiet},
		{name: "a banner of one's own", covers: "banner", text: "[misc]\nstartup_banner = \"shop\"\n", want: []string{"Banner shop"}},
		{name: "clean_on_exit", covers: "clean", text: "[misc]\nclean_on_exit = true\n", want: []string{"CleanOnExit true"}, warns: quiet},
		{name: "polling below Air's floor", covers: "poll T24", text: "[build]\npoll = true\npoll_interval = 100\n", want: []string{"Poll true", "PollInterval 100ms"}},
		{name: "follow_symlink", covers: "symlinks", text: "[build]\nfollow_symlink = true\n", want: []string{"FollowSymlink true"}, warns: quiet},
		{name: "exclude_unchanged is always so", covers: "unchanged", text: "[build]\nexclude_unchanged = true\n", warns: quiet},
		{name: "stop_on_error", covers: "stop-on-error T16", text: "[build]\nstop_on_error = true\n", want: []string{"StopOnError true"}},
		{name: "the proxy of Air is told", covers: "proxy T24", text: "[proxy]\nenabled = true\nproxy_port = 8090\napp_port = 8080\n", warns: []string{"proxy"}},
		{name: "a proxy that is off is no matter", covers: "proxy T24", text: "[proxy]\nenabled = false\nproxy_port = 8090\napp_port = 8080\napp_start_timeout = 5000\n", warns: quiet},
		{name: "rules have names, delays and an order", covers: "rules", text: "[[build.rules]]\nname = \"css\"\ncmd = \"a\"\ninclude_ext = [\"css\"]\ndelay = 200\n[[build.rules]]\ncmd = \"b\"\ninclude_file = [\"x\"]\n",
			want: []string{`Rules [{css a [] [css] [] [] 200ms} {rule-1 b [] [] [x] [] 0s}]`}},
		{name: "a variable of the environment", covers: "variables", text: "[build]\ndelay = 300\n", env: map[string]string{"GINRELOAD_BUILD_DELAY": "200"}, want: []string{"Delay 200ms"}},
		{name: "a flag beats the variable", covers: "variables cli", env: map[string]string{"GINRELOAD_BUILD_DELAY": "200"}, text: "[build]\ncmd = \"x\"\n", args: []string{"--build.delay=100"}, want: []string{"Delay 100ms"}},
		{name: "a flag of a list, with commas", covers: "cli lists", text: "[build]\nexclude_dir = [\"z\"]\n", args: []string{"--build.exclude_dir", "a,b"}, want: []string{`ExcludeDir ["a" "b"]`}},
		{name: "a flag of a list, repeated", covers: "cli lists", text: "[build]\nexclude_dir = [\"z\"]\n", args: []string{"--build.exclude_dir=a", "--build.exclude_dir=b"}, want: []string{`ExcludeDir ["a" "b"]`}},
		{name: "a flag that empties a list", covers: "cli lists", text: "[build]\ncmd = \"x\"\n", args: []string{"--build.exclude_regex="}, want: []string{"ExcludeRegex []"}},
		{name: "a flag with one dash", covers: "cli", text: "[build]\ncmd = \"x\"\n", args: []string{"-build.cmd", "make", "-tmp_dir=out"}, want: []string{"Cmd make", "TmpDir $DIR/out"}},
		{name: "a flag that equals the default", covers: "cli cli-defaults", text: "[build]\ndelay = 300\nstop_on_error = true\n", args: []string{"--build.delay=1000", "--build.stop_on_error=false"},
			want: []string{"Delay 1s", "StopOnError false"}, differs: "equal to the default"},
		{name: "a duration as a flag", covers: "cli cli-durations", text: "[build]\nkill_delay = 1\n", args: []string{"--build.kill_delay=500ms"}, want: []string{"KillDelay 500ms"}, differs: "durations on the command line"},
		{name: "a number that is none", covers: "cli types", text: "[build]\ncmd = \"x\"\n", args: []string{"--build.delay=soon"}, fails: "build.delay", differs: "wrong values of flags"},
		{name: "--build.full_bin", covers: "cli precedence", text: "[build]\nbin = \"./x\"\n", args: []string{"--build.full_bin", "A=1 ./y"}, want: []string{"Runs A=1 ./y []"}},
		{name: "--build.entrypoint", covers: "cli entrypoint", text: "[build]\nbin = \"./x\"\n", args: []string{"--build.entrypoint", "./y,serve"}, want: []string{`Runs $DIR/y ["serve"]`}},
		{name: "--build.bin without a file", covers: "cli bin", args: []string{"--build.bin", "./y", "--build.cmd", "make y"}, want: []string{"Cmd make y", "Runs $DIR/y []"}},
		{name: "a flag that nobody knows", covers: "cli", text: "[build]\ncmd = \"x\"\n", args: []string{"--build.exlude_dir=a"}, fails: "exlude_dir"},
	}
}

// airInit is the commonest file: what `air init` writes.
const airInit = `#:schema https://json.schemastore.org/any.json

env_files = []
root = "."
testdata_dir = "testdata"
tmp_dir = "tmp"

[build]
  args_bin = []
  bin = "./tmp/main"
  cmd = "go build -o ./tmp/main ."
  delay = 1000
  entrypoint = ["./tmp/main"]
  exclude_dir = ["assets", "tmp", "vendor", "testdata"]
  exclude_file = []
  exclude_regex = ["_test.go"]
  exclude_unchanged = false
  follow_symlink = false
  full_bin = ""
  ignore_dangerous_root_dir = false
  include_dir = []
  include_ext = ["go", "tpl", "tmpl", "html"]
  include_file = []
  kill_delay = "0s"
  log = "build-errors.log"
  poll = false
  poll_interval = 0
  post_cmd = []
  pre_cmd = []
  rerun = false
  rerun_delay = 500
  send_interrupt = false
  stop_on_error = false

[color]
  app = ""
  build = "yellow"
  main = "magenta"
  mode = ""
  runner = "green"
  watcher = "cyan"

[log]
  main_only = false
  silent = false
  time = false

[misc]
  clean_on_exit = false

[proxy]
  app_port = 0
  app_start_timeout = 0
  enabled = false
  proxy_port = 0

[screen]
  clear_on_rebuild = false
  keep_scroll = true
`
