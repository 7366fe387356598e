package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// holds returns value and origin of a key.
func holds(c Config, key string) string {
	for _, v := range c.Values() {
		if v.Key == key {
			return v.Value + " from " + v.Origin
		}
	}
	return "nothing"
}

// What is said last holds, key by key, whether it equals the default or not.
func TestLayers(t *testing.T) {
	t.Parallel()
	const file = `
tmp_dir = "out"
[build]
cmd = "make"
args_bin = ["file"]
delay = 0
rerun = true
rerun_delay = 0
exclude_dir = []
[build.linux]
cmd = "make linux"
args_bin = []
full_bin = ""
[build.windows]
cmd = "make windows"
[screen]
keep_scroll = false
[misc]
startup_banner = ""
`
	tests := []struct {
		name string
		args string
		env  []string
		want map[string]string
	}{
		{"file over defaults, platform over file", "", nil, map[string]string{
			"root": `"." from default`, "tmp_dir": `"out" from .air.toml:2`, "build.cmd": `"make linux" from .air.toml:11 [build.linux]`,
			"build.args_bin": `[] from .air.toml:12 [build.linux]`, "build.full_bin": `"" from default`, "build.exclude_dir": `[] from .air.toml:9`,
			"build.delay": `0 from .air.toml:6`, "build.rerun_delay": `0 from .air.toml:8`, "screen.keep_scroll": `false from .air.toml:17`,
			"misc.startup_banner": `"" from .air.toml:19`, "build.log": `"build-errors.log" from default`, "ginreload.strip": `true from default`,
		}},
		{"environment over file", "", []string{"GINRELOAD_BUILD_CMD", "make env", "GINRELOAD_BUILD_RERUN", "false", "GINRELOAD_HOLD", "2s",
			"GINRELOAD_BUILD_EXCLUDE_DIR", "a,b", "GINRELOAD_TMP_DIR", "", "GINRELOAD_BUILD_DELAY", "300ms"}, map[string]string{
			"build.cmd": `"make env" from env GINRELOAD_BUILD_CMD`, "build.rerun": `false from env GINRELOAD_BUILD_RERUN`,
			"ginreload.hold": `"2s" from env GINRELOAD_HOLD`, "build.exclude_dir": `["a", "b"] from env GINRELOAD_BUILD_EXCLUDE_DIR`,
			"tmp_dir": `"out" from .air.toml:2`, "build.delay": `300 from env GINRELOAD_BUILD_DELAY`,
		}},
		{"flags over environment, in Air's spellings", "--build.cmd=make -build.delay 500 --build.exclude_dir a,b --build.exclude_dir c --build.poll true --build.rerun " +
			"--screen.keep_scroll true --build.kill_delay 1s -build.rerun_delay=500 --build.entrypoint ./x,y --strip=false --tmp_dir tmp --build.exclude_regex=",
			[]string{"GINRELOAD_BUILD_CMD", "make env", "GINRELOAD_BUILD_RERUN", "false"}, map[string]string{
				"build.cmd": `"make" from flag --build.cmd`, "build.delay": `500 from flag --build.delay`,
				"build.exclude_dir": `["a", "b", "c"] from flag --build.exclude_dir`, "build.poll": `true from flag --build.poll`,
				"build.rerun": `true from flag --build.rerun`, "screen.keep_scroll": `true from flag --screen.keep_scroll`,
				"build.kill_delay": `"1s" from flag --build.kill_delay`, "build.rerun_delay": `500 from flag --build.rerun_delay`,
				"build.entrypoint": `["./x", "y"] from flag --build.entrypoint`, "ginreload.strip": `false from flag --strip`,
				"tmp_dir": `"tmp" from flag --tmp_dir`, "build.exclude_regex": `[] from flag --build.exclude_regex`,
			}},
		{"an empty flag is the way back to the default", "--tmp_dir= --build.log=", nil, map[string]string{
			"tmp_dir": `"tmp" from flag --tmp_dir`, "build.log": `"build-errors.log" from flag --build.log`}},
		{"air_wd beats all that names a root, as with Air", "--root gone", []string{"air_wd", "."}, map[string]string{"root": `from env air_wd`}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			dir := project(t, map[string]string{".air.toml": file})
			c, _, err := loadFor("linux", strings.Fields(tc.args), environment(tc.env...), dir)
			if err != nil {
				t.Fatal(err)
			}
			for key, want := range tc.want {
				if got := holds(c, key); got != want && !strings.HasSuffix(got, want) {
					t.Errorf("%s is %s, want %s", key, got, want)
				}
			}
		})
	}
}

func TestFieldsOfAllKeys(t *testing.T) {
	t.Parallel()
	c := loadText(t, `
testdata_dir = "fixtures"
env_files = [".env", "conf/dev.env"]
[build]
pre_cmd = ["a"]
post_cmd = ["b"]
log = "air.log"
poll = true
poll_interval = 300
follow_symlink = true
stop_on_error = true
rerun = true
[log]
time = true
[color]
main = "raw"
build = "purple"
[misc]
clean_on_exit = true
startup_banner = "hi"
[screen]
clear_on_rebuild = true
`)
	in := func(name string) string { return filepath.Join(c.Root, filepath.FromSlash(name)) }
	got := fmt.Sprint(c.TestdataDir, c.EnvFiles, c.PreCmd, c.PostCmd, c.BuildLog, c.Poll, c.PollInterval, c.FollowSymlink, c.StopOnError, c.Rerun, c.RerunDelay,
		c.LogTime, c.LogMainOnly, c.LogSilent, c.Colors, c.CleanOnExit, *c.Banner, c.ClearOnRebuild, c.KeepScroll, c.Strip)
	want := fmt.Sprint("fixtures", []string{in(".env"), in("conf/dev.env")}, []string{"a"}, []string{"b"}, in("tmp/air.log"), true, 300*time.Millisecond, true, true, true, 500*time.Millisecond,
		true, false, false, Colors{Main: "raw", Build: "white"}, true, "hi", true, true, true)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := messages(c); len(got) != 1 || got[0] != `.air.toml:17: color.build: no colour is called "purple"; white is taken for it` {
		t.Errorf("warnings %q", got)
	}
}

// Flags of Air alone describe a project as a file does; ours do not.
func TestFlagsWithoutAFile(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"server/main.go": "package main"})
	c := mustLoad(t, dir, "--build.cmd", "make", "server", "--port", "80")
	if c.Cmd != "make" || c.Bin != "./tmp/main" || c.TmpDir != filepath.Join(dir, "tmp") || c.FindRoot || !slices.Equal(c.ExcludeDir, defaultExcludeDir) {
		t.Errorf("%+v", c)
	}
	if c.Package != "" || !slices.Equal(c.Args, []string{"server", "--port", "80"}) {
		t.Errorf("package %q, arguments %q: next to a build, all words are the program's", c.Package, c.Args)
	}
	c = mustLoad(t, dir, "--hold", "1s")
	if !c.FindRoot || c.TmpDir != "" || c.BuildLog != "" || c.Cmd != "" || !c.Strip || !c.KeepScroll || c.RerunDelay != 500*time.Millisecond {
		t.Errorf("%+v", c)
	}
	if c = mustLoad(t, dir, "--root", "server"); c.FindRoot || c.Root != filepath.Join(dir, "server") || c.Dir != dir {
		t.Errorf("%+v", c)
	}
}

func TestTmpDirIsFollowedByWhatIsWrittenAsByDefault(t *testing.T) {
	t.Parallel()
	const written = "[build]\ncmd = \"go build -o ./tmp/main .\"\nbin = \"./tmp/main\"\nentrypoint = [\"./tmp/main\", \"x\"]\nexclude_dir = [\"assets\", \"tmp\", \"vendor\", \"testdata\"]\n"
	tests := []struct {
		text, platform string
		want           string // cmd, bin, entrypoint, exclude_dir
	}{
		{written, "linux", `go build -o ./tmp/main . | ./tmp/main | ./tmp/main | tmp`},
		{"tmp_dir = \"out/bin\"\n" + written, "linux", `go build -o ./out/bin/main . | ./out/bin/main | ./out/bin/main | out/bin`},
		{"tmp_dir = \"/tmp/air\"\n[build]\nbin = \"./tmp/main\"\n", "darwin", `go build -o /tmp/air/main . | /tmp/air/main |  | /tmp/air`},
		{"tmp_dir = \"out\"\n[build]\ncmd = \"go build -o ./tmp/app .\"\nexclude_dir = [\"tmp\"]\n", "linux", `go build -o ./tmp/app . | ./out/main |  | tmp`},
		{"[build]\nfull_bin = \"x\"\n", "windows", `go build -o ./tmp/main.exe . |  |  | tmp`},
		{"tmp_dir = \"out\"\n[build]\ncmd = \"go build -o ./tmp/main.exe .\"\nbin = 'tmp\\main.exe'\n", "windows", `go build -o ./out/main.exe . | out\main.exe |  | out`},
	}
	for _, tc := range tests {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			doc, err := parseDocument("x", []byte(tc.text))
			if err != nil {
				t.Fatal(err)
			}
			var c Config
			c.sayDefaults(true)
			c.sayFile(doc, tc.platform)
			c.completeBuild(tc.platform)
			excluded := slices.DeleteFunc(slices.Clone(c.ExcludeDir), func(dir string) bool { return slices.Contains([]string{"assets", "vendor", "testdata"}, dir) })
			if got := strings.Join([]string{c.Cmd, c.Bin, firstOf(c.Entrypoint), strings.Join(excluded, " ")}, " | "); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestWatchIsHonouredAndTold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, dirs, told string
	}{
		{`watch = ["."]`, "", "taken for the folders to watch, which is root"},
		{`watch = "./..."`, "", "taken for the folders to watch, which is root"},
		{`watch = ["cmd/**/*.go", "./internal/"]`, "cmd internal", `taken for include_dir = ["cmd", "internal"]`},
		{`watch_dirs = ["api"]`, "api", "unknown key build.watch_dirs: taken for"},
		{"watch = [\".\"]\ninclude_dir = [\"api\"]", "api", "because include_dir says what to watch"},
		{`watch = true`, "", "it is passed over, and no list"},
	}
	for _, tc := range tests {
		c := loadText(t, "[build]\n"+tc.text+"\n")
		if got := messages(c); len(got) != 1 || !strings.HasPrefix(got[0], ".air.toml:2: unknown key build.watch") || !strings.Contains(got[0], tc.told) {
			t.Errorf("%s: %q", tc.text, got)
		}
		if strings.Join(c.IncludeDir, " ") != tc.dirs {
			t.Errorf("%s: include_dir %q", tc.text, c.IncludeDir)
		}
	}
}

func TestWrongVariables(t *testing.T) {
	t.Parallel()
	dir := project(t, nil)
	_, _, err := Load(nil, environment("GINRELOAD_BUILD_DELAY", "soon"), dir)
	if want := `environment variable GINRELOAD_BUILD_DELAY: expected a number of milliseconds, or a duration such as "500ms", got "soon"`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	var got []string
	for _, w := range UnknownVariables([]string{"GINRELOAD_BULD_CMD=x", "GINRELOAD_CMD=x", "GINRELOAD_SESSION=x", "GINRELOAD_ROOT=x", "GINRELOAD_ZZZ=x", "GINRELOAD_EMPTY=", "OTHER=x"}) {
		got = append(got, w.Message+" → "+w.Hint)
	}
	want := []string{
		"unknown environment variable GINRELOAD_BULD_CMD → did you mean GINRELOAD_BUILD_CMD?",
		"unknown environment variable GINRELOAD_CMD → did you mean GINRELOAD_BUILD_CMD?",
		"unknown environment variable GINRELOAD_ZZZ → ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A variable of our own that is not listed would be warned about in each run.
func TestOwnVariablesAreListed(t *testing.T) {
	t.Parallel()
	literal := regexp.MustCompile(`(?:env\(|Env\(|= )"(GINRELOAD_[A-Z_]+)=?"`)
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(filepath.Dir(path), filepath.Join("internal", "config")) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range literal.FindAllSubmatch(text, -1) {
			if unknown := UnknownVariables([]string{string(found[1]) + "=x"}); len(unknown) > 0 {
				t.Errorf("%s: %s", path, unknown[0].Message)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNamesOfVariablesAndFlagsAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, s := range settings {
		for _, name := range append(flagNames(s.name), variable(s)) {
			if other, ok := seen[name]; ok {
				t.Errorf("%s is %s and %s", name, s.name, other)
			}
			seen[name] = s.name
		}
	}
}
