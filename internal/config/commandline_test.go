package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestOperands(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{
		"cmd/api/main.go": "package main", "server/main.go": "package main", "assets/x.txt": "", "config.yaml": "", "main.go": "package main",
		"worker/worker.go": "package worker", "worker/gen.go": "//go:build ignore\n\npackage main",
		"broken/main.go": "package main\n\nimport (\nfunc main() {",
	})
	tests := []struct {
		args    string
		pkg     string
		program string // arguments, joined
	}{
		{"", "", ""},
		{"./cmd/api", "./cmd/api", ""},
		{"./cmd/api serve --port 80 -v", "./cmd/api", "serve --port 80 -v"},
		{"./cmd/api -- serve -h", "./cmd/api", "serve -h"},
		{"./cmd/api -- -- x", "./cmd/api", "-- x"},
		{"cmd/api --port 80", "cmd/api", "--port 80"},
		{". x", ".", "x"},
		{"../other x", "../other", "x"},
		{"/srv/app/cmd x", "/srv/app/cmd", "x"},
		{"main.go", "main.go", ""},
		{"gone.go", "gone.go", ""},
		{"example.com/shop/cmd/api x", "example.com/shop/cmd/api", "x"},
		{"server --port 8080", "server", "--port 8080"}, // a folder with a program
		{"worker --queue x", "", "worker --queue x"},    // a folder with a library
		{"broken x", "broken", "x"},
		{"serve --port 8080", "", "serve --port 8080"}, // Air's habit
		{"assets x", "", "assets x"},                   // a folder without
		{"./config.yaml x", "", "./config.yaml x"},
		{"http://example.com/x", "", "http://example.com/x"},
		{"localhost:8080/x", "", "localhost:8080/x"},
		{"example.com", "", "example.com"},
		{"-d -- ./cmd/api -h", "", "./cmd/api -h"},
		{"-- init", "", "init"},
		{"serve init", "", "serve init"},
		{"--overlap -- false", "", "false"},
		{"--overlap=false true", "", "true"},
		{"- x", "", "- x"},
	}
	for _, tc := range tests {
		t.Run(tc.args, func(t *testing.T) {
			t.Parallel()
			c := mustLoad(t, dir, strings.Fields(tc.args)...)
			if c.Package != tc.pkg || strings.Join(c.Args, " ") != tc.program {
				t.Errorf("package %q, arguments %q; want %q, %q", c.Package, c.Args, tc.pkg, tc.program)
			}
		})
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"api/x.toml": ""})
	tests := []struct {
		args string
		want Config
	}{
		{"-d", Config{Verbose: true, Color: "auto"}},
		{"--json --color=never", Config{JSON: true, Color: "never"}},
		{"-color never -verbose", Config{Verbose: true, Color: "never"}},
		{"-C api -c x.toml -d", Config{Verbose: true, Color: "auto"}},
		{"-capi/x.toml", Config{Color: "auto"}},
		{"-dcapi/x.toml --color always", Config{Verbose: true, Color: "always"}},
	}
	for _, tc := range tests {
		c := mustLoad(t, dir, strings.Fields(tc.args)...)
		if c.Verbose != tc.want.Verbose || c.JSON != tc.want.JSON || c.Color != tc.want.Color {
			t.Errorf("%s: %+v", tc.args, c)
		}
		if named := strings.Contains(tc.args, "x.toml"); named != (c.File != "") {
			t.Errorf("%s: read %q", tc.args, c.File)
		}
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "not TOML", "api/": ""})
	for args, want := range map[string]Command{
		"init": Init, "supervise ./app": Supervise, "supervise --restart -- ./app -v": Supervise, "supervise -h": Help, "-C api init": Init, "upgrade": Upgrade, "upgrade 12 --wait": Upgrade, "status": Status, "upgrade -h": Help, "status 1 --help": Help,
		"-C api status --json": Status, "--version": Version, "-v": Version, "-d -v": Version, "check -h": Help, "-h": Help, "--help x": Help, "init -h": Help, "--version -h": Help,
	} {
		_, command, err := Load(strings.Fields(args), environment(), dir)
		if command != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", args, command, err, want)
		}
	}
	if c, _, _ := Load([]string{"-C", "api", "init"}, environment(), dir); c.Dir != filepath.Join(dir, "api") {
		t.Errorf("init in %s", c.Dir)
	}
}

func TestOperation(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"run/": ""})
	for args, want := range map[string]Operation{
		"upgrade":                               {},
		"upgrade 12 --wait --timeout 1m30s":     {PID: 12, Wait: true, Timeout: 90 * time.Second},
		"upgrade --wait --pid-file run/app.pid": {PIDFile: filepath.Join(dir, "run/app.pid"), Wait: true},
		"-C run upgrade --pid-file app.pid":     {PIDFile: filepath.Join(dir, "run/app.pid")},
		"upgrade --pid-file /run/app.pid":       {PIDFile: "/run/app.pid"},
		"status --json 12":                      {PID: 12, JSON: true},
		"--json status":                         {JSON: true},
	} {
		c, _, err := Load(strings.Fields(args), environment(), dir)
		if c.Operation != want || err != nil {
			t.Errorf("%s: %+v, %v; want %+v", args, c.Operation, err, want)
		}
	}
}

func TestSuperviseCommand(t *testing.T) {
	t.Parallel()
	args := "supervise --restart --leash --stop-timeout 1m30s -- ./app --restart -- x"
	c, _, err := Load(strings.Fields(args), environment(), t.TempDir())
	want := SuperviseCommand{Args: strings.Fields("./app --restart -- x"), Restart: true, Leash: true, StopTimeout: 90 * time.Second}
	if !reflect.DeepEqual(c.Supervise, want) || err != nil {
		t.Errorf("%+v, %v; want %+v", c.Supervise, err, want)
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args, message, hint string
	}{
		{"--verbos", "unknown flag --verbos", "did you mean --verbose?"},
		{"--colour=never", "unknown flag --colour", "did you mean --color?"},
		{"--frobnicate", "unknown flag --frobnicate", "ginreload --help"},
		{"-x", "unknown flag -x", "ginreload --help"},
		{"-V", "unknown flag -V", "did you mean -v for the version"},
		{"-verison", "unknown flag -verison", "did you mean --version?"},
		{"--build.include_dri=x", "unknown flag --build.include_dri", "did you mean --build.include_dir?"},
		{"--build.rules=x", "unknown flag --build.rules", "in .air.toml only"},
		{"--build.delay soon", "--build.delay: expected a number of milliseconds, or a duration such as \"500ms\", got \"soon\"", "ginreload --help"},
		{"-build.delay=-1", "--build.delay: expected a number", ""},
		{"--build.kill_delay later", "--build.kill_delay: expected a number of milliseconds, or a duration", ""},
		{"--build.poll=maybe", "--build.poll: expected true or false, got \"maybe\"", ""},
		{"--build.delay", "flag needs an argument: --build.delay", ""},
		{"--build.exclude_regex a,(", "--build.exclude_regex: error parsing regexp: missing closing )", ""},
		{"--proxy.app_port 70000", "--proxy.app_port: expected a port, 0 to 65535, got \"70000\"", ""},
		{"--color.mode blue", "--color.mode: expected \"auto\", \"always\" or \"never\", got \"blue\"", ""},
		{"--color=blue", "--color: expected \"auto\", \"always\" or \"never\", got \"blue\"", ""},
		{"-c", "flag needs an argument: 'c' in -c", "ginreload --help"},
		{"--config=", "--config: the name is empty", ""},
		{"--json=maybe", "--json: expected true or false, got \"maybe\"", "ginreload --help"},
		{"--handoff=fast", "--handoff: expected \"auto\" or \"restart\"", "ginreload --help"},
		{"--overlap=no", "--overlap: expected true or false, got \"no\"", "ginreload --help"},
		{"--ready localhost:8080", "--ready: expected a URL such as", "ginreload --help"},
		{"--hold 10", "--hold: expected a duration such as \"500ms\" or \"2s\", got \"10\"", "ginreload --help"},
		{"--hold -1s", "--hold: expected a duration", "ginreload --help"},
		{"--hold", "flag needs an argument: --hold", "ginreload --help"},
		{"--handof=auto", "unknown flag --handof", "did you mean --handoff?"},
		{"--ginreload.hodl=1s", "unknown flag --ginreload.hodl", "did you mean --ginreload.hold?"},
		{"check a.toml b.toml", "check takes one file, got \"b.toml\" as well", "ginreload -- check"},
		{"-c a.toml check b.toml", "check takes one file, got \"b.toml\" as well", ""},
		{"check --jsno", "unknown flag --jsno", "did you mean --json?"},
		{"upgrade x", "upgrade: \"x\" is no PID", "--pid-file"},
		{"upgrade -- -1", "upgrade: \"-1\" is no PID", "ginreload -- upgrade"},
		{"status 0", "status: \"0\" is no PID", ""},
		{"upgrade 1 2", "upgrade takes one PID, got \"2\" as well", "ginreload -- upgrade"},
		{"upgrade --pid-file=", "--pid-file: the name is empty", ""},
		{"upgrade --pid-file f 1", "--pid-file and a PID", ""},
		{"upgrade --timeout -1s", "--timeout: -1s is no time to wait", ""},
		{"upgrade --timeout 5", "invalid argument \"5\" for \"--timeout\"", "ginreload upgrade --help"},
		{"upgrade --wiat", "unknown flag --wiat", "did you mean --wait?"},
		{"status --wait", "unknown flag --wait", "ginreload status --help"},
		{"supervise", "supervise: no program is named", "ginreload supervise -- ./app"},
		{"supervise --stop-timeout -1s ./app", "--stop-timeout: expected a time such as 30s", ""},
		{"supervise --restrat ./app", "unknown flag --restrat", "did you mean --restart?"},
		{"init api worker", "init takes one package, or --from, got [\"api\" \"worker\"]", "ginreload -- init"},
	}
	for _, tc := range tests {
		t.Run(tc.args, func(t *testing.T) {
			t.Parallel()
			_, _, err := Load(strings.Fields(tc.args), environment(), t.TempDir())
			var e *UsageError
			if !errors.As(err, &e) {
				t.Fatalf("%v, want a usage error", err)
			}
			if !strings.HasPrefix(e.Error(), tc.message) || !strings.Contains(e.Hint, tc.hint) || e.ExitCode() != 2 {
				t.Errorf("%q, hint %q, exit code %d; want %q, %q, 2", e.Message, e.Hint, e.ExitCode(), tc.message, tc.hint)
			}
		})
	}
}

func TestOutputFlagsAreKnownNextToAnError(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "x"})
	c, _, err := Load([]string{"--json", "--color=never"}, environment(), dir)
	if err == nil || !c.JSON || c.Color != "never" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for topic, name := range map[Command]string{"": "usage", Init: "usage-init", Upgrade: "usage-upgrade", Status: "usage-status", Supervise: "usage-supervise", Check: "usage-check", Explain: "usage-explain", Doctor: "usage-doctor"} {
		got := Usage(topic)
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || string(want) != got {
			t.Errorf("the text is not the one in %s (go test -update): %v", golden, err)
		}
		lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
		if len(lines) > 48 {
			t.Errorf("%s: %d lines, want at most 48", name, len(lines))
		}
		for _, line := range lines {
			if len(line) > 80 {
				t.Errorf("%s: longer than 80 characters: %s", name, line)
			}
		}
	}
}

func TestPackageOnTheCommandLineBeatsTheFile(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "[build]\ncmd = \"make\"\nfull_bin = \"\"\nbin = \"x\"\nargs_bin = [\"serve\"]\n"})
	c := mustLoad(t, dir, "./cmd/api")
	if c.Cmd != "" || c.Bin != "" || !slices.Equal(c.ArgsBin, []string{"serve"}) {
		t.Errorf("%+v", c)
	}
	if got := messages(c); len(got) != 1 || got[0] != ".air.toml:2: ./cmd/api on the command line replaces build.cmd, build.bin" {
		t.Errorf("warnings %q", got)
	}
}
