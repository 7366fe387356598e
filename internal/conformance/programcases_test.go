//go:build unix

package conformance

import "strings"

func programCases() []Case {
	long := map[string]string{"bin/app": "#!/bin/sh\nexec ./tmp/main from-app \"$@\"\n"}
	return []Case{
		{name: "entrypoint is relative to root", covers: "entrypoint T8", place: "repo/api", top: "root = \"..\"\ntmp_dir = \"api/tmp\"\n", build: "entrypoint = [\"./api/tmp/main\", \"serve\"]\n",
			steps: []step{started, ran(`^args=\["serve"\]`), reloads}},
		{name: "entrypoint from PATH", covers: "entrypoint", build: "entrypoint = [\"runner\", \"a\"]\n", files: map[string]string{"stub/runner": "#!/bin/sh\nexec ./tmp/main \"$@\"\n"},
			steps: []step{started, ran(`^args=\["a"\]`), reloads}},
		{name: "entrypoint as a text", covers: "entrypoint", build: "bin = \"./gone\"\nentrypoint = \"./tmp/main\"\n", steps: []step{started, reloads}},
		{name: "arguments: entrypoint, args_bin, command line", covers: "args", build: "entrypoint = [\"./tmp/main\", \"one\"]\nargs_bin = [\"two\", \"three\"]\n", args: []string{"four", "--five"},
			steps: []step{started, ran(`^args=\["one" "two" "three" "four" "--five"\]`), reloads, ran(`"--five"`)}},
		{name: "arguments after --", covers: "args cli", args: []string{"--", "-h", "--port", "80"}, steps: []step{started, ran(`^args=\["-h" "--port" "80"\]`)}},
		{name: "a subcommand of the program", covers: "args cli", args: []string{"server", "--port", "8080"}, steps: []step{started, ran(`^args=\["server" "--port" "8080"\]`)}},
		{name: "args_bin goes through the shell", covers: "T12 sh", build: "args_bin = [\"a b\", \"${NAME:-none}\", \"/$NAME\"]\n", env: []string{"NAME=x y"},
			steps: []step{started, ran(`^args=\["a" "b" "x" "y" "/x" "y"\]`)}},
		{name: "an element of two words", covers: "T12", build: "args_bin = [\"-files ./.dev\"]\n", steps: []step{started, ran(`^args=\["-files" "\./\.dev"\]`)}},
		{name: "an argument of the command line stays one", covers: "args sh", args: []string{"two words", "$HOME"}, steps: []step{started, ran(`^args=\["two words" "\$HOME"\]`)},
			differs: "arguments of the command line"},
		{name: "full_bin with an environment", covers: "precedence wrappers", build: "full_bin = \"APP_ENV=dev ./tmp/main\"\n", steps: []step{started, ran("^APP_ENV=dev$", `^args=\[\]`), reloads}},
		{name: "full_bin beats entrypoint, args_bin follows", covers: "precedence T19", build: "full_bin = \"./tmp/main hello\"\nentrypoint = [\"./gone\", \"x\"]\nargs_bin = [\"world\"]\n",
			steps: []step{started, ran(`^args=\["hello" "world"\]`)}},
		{name: "full_bin as a compound command", covers: "wrappers sh", build: "full_bin = \"cd sub && exec ../tmp/main\"\n", files: map[string]string{"sub/": ""}, steps: []step{started, ran("^cwd=$DIR/sub$"), reloads}},
		{name: "full_bin as a pipeline", covers: "wrappers sh", build: "full_bin = \"bash -c './tmp/main 2>&1 | cat'\"\n", steps: []step{started, reloads}},
		{name: "full_bin as a script that starts the program", covers: "wrappers", build: "full_bin = \"./run.sh\"\n", files: map[string]string{"run.sh": "#!/bin/sh\n./tmp/main wrapped\n"},
			steps: []step{started, ran(`"wrapped"`), reloads}},
		{name: "a debugger", covers: "wrappers", build: "full_bin = \"dlv exec --headless --listen=127.0.0.1:2345 ./tmp/main -- -v\"\nsend_interrupt = true\nkill_delay = \"2s\"\n", files: map[string]string{"stub/dlv": dlv},
			steps: []step{started, ran(`^args=\["-v"\]`), reloads, times(2, "^say dlv exec")}},
		{name: "a container", covers: "wrappers", build: "full_bin = \"docker exec app ./tmp/main\"\n", files: map[string]string{"stub/docker": docker}, steps: []step{started, reloads}},
		{name: "bin with arguments", covers: "bin-arguments T5", build: "bin = \"./tmp/main --mode dev\"\n", steps: []step{started, ran(`^args=\["--mode" "dev"\]`), reloads}, differs: "bin with arguments"},
		{name: "bin is relative to the working directory", covers: "bin T8", place: "repo/api", top: "root = \"..\"\ntmp_dir = \"api/tmp\"\n", build: "bin = \"tmp/main\"\n", steps: []step{started, reloads}},
		{name: "bin without ./ is a file here", covers: "bin", build: "cmd = \"forge gitea main.go\"\nbin = \"gitea\"\n", steps: []step{started, reloads}},
		{name: "bin that is not what is built", covers: "bin", build: "bin = \"./bin/app\"\n", files: long, steps: []step{started, ran(`"from-app"`), reloads}},
		{name: "a folder with a blank", covers: "bin args", place: "my shop", steps: []step{started, reloads}},
		{name: "main.exe on Unix", covers: "T21", build: "cmd = \"forge ./tmp/main.exe main.go\"\nbin = \"./tmp/main.exe\"\n", steps: []step{started, reloads}},
		{name: "backslashes of Windows", covers: "T21", golang: true, build: "cmd = \"go build -o ./tmp/main.exe .\"\nbin = \"tmp\\\\main.exe\"\n", steps: []step{started, reloads}, differs: "backslashes"},
		{name: "the program runs in the working directory", covers: "cwd-and-root", top: "root = \"sub\"\n", files: map[string]string{"sub/a.go": "// a\n"}, build: "cmd = \"forge ./sub/tmp/main main.go\"\nbin = \"./sub/tmp/main\"\n",
			steps: []step{started, ran("^cwd=$DIR$")}},
		{name: "an empty standard input", covers: "processes", build: "full_bin = \"cat && exec ./tmp/main\"\n", steps: []step{started, reloads}},
		{name: "nothing is run", covers: "wrappers", build: "full_bin = \"true\"\n", steps: []step{launched, hears("^forge v1"), built, writes("v2"), hears("^forge v2")}},
		{name: "entrypoint /bin/true", covers: "wrappers T1", build: "entrypoint = \"/bin/true\"\ndelay = 0\n", steps: []step{launched, hears("^forge v1"), built, writes("v2"), hears("^forge v2")}},
		{name: "tmp_dir in the defaults", covers: "tmp tmp-rewriting", golang: true, config: "tmp_dir = \".air\"\n[build]\ndelay = 50\nexclude_dir = [\"assets\"]\n", steps: []step{started, holds("tmp", ""), reloads}},
		{name: "tmp_dir is there before the command", covers: "tmp", build: "cmd = \"echo x > tmp/log && forge ./tmp/main main.go\"\n", steps: []step{started, holds("tmp/log", "x")}},
		{name: "tmp_dir outside of root", covers: "tmp T11", top: "tmp_dir = \"../out/\"\n", build: "cmd = \"forge ../out/main main.go\"\nbin = \"../out/main\"\n", steps: []step{started, reloads}},
		{name: "a platform block", covers: "platform", build: strings.Join([]string{"cmd = \"forge ./tmp/main main.go\"", "bin = \"./gone\"", "[build.linux]", "bin = \"./tmp/main\"", "args_bin = [\"here\"]", "[build.darwin]", "bin = \"./tmp/main\"", "args_bin = [\"here\"]", "[build.windows]", "cmd = \"false\""}, "\n"),
			steps: []step{started, ran(`"here"`), reloads}},
	}
}

// dlv runs the debuggee as its child, and ends it when it is interrupted.
const dlv = `#!/bin/sh
say dlv "$@"
while [ "$1" != exec ]; do shift; done
shift
program=
while [ $# -gt 0 ]; do
	case $1 in
	--) shift; break ;;
	-*) ;;
	*) program=$1 ;;
	esac
	shift
done
"$program" "$@" &
child=$!
trap 'kill $child; wait $child; exit 0' INT TERM
wait $child
`

// docker runs what exec names.
const docker = `#!/bin/sh
say docker "$@"
shift 2
exec "$@"
`
