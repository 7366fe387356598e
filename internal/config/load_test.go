package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// project makes a folder with files and returns it, links resolved.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(file, 0o755)
		} else {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func mustLoad(t *testing.T, dir string, args ...string) Config {
	t.Helper()
	c, command, err := Load(args, environment(), dir)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	if command != Run {
		t.Fatalf("%v: command %s, want run", args, command)
	}
	return c
}

func loadText(t *testing.T, text string) Config {
	t.Helper()
	return mustLoad(t, project(t, map[string]string{".air.toml": text}))
}

func messages(c Config) []string {
	var all []string
	for _, w := range c.Warnings {
		all = append(all, w.String())
	}
	return all
}

func TestZeroConfiguration(t *testing.T) {
	t.Parallel()
	dir := project(t, nil)
	c := mustLoad(t, dir)
	if c.File != "" || c.TmpDir != "" || c.Cmd != "" || c.Bin != "" || c.Delay != 0 {
		t.Errorf("something is set without a file: %+v", c)
	}
	if c.Dir != dir || c.Root != dir || c.Color != "auto" {
		t.Errorf("Dir %q Root %q Color %q, want %q twice and auto", c.Dir, c.Root, c.Color, dir)
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	const mark = "[build]\ncmd = \"make "
	dir := project(t, map[string]string{
		"both/.air.toml":        mark + "dot\"",
		"both/.config/air.toml": mark + "config\"",
		"config/.config/air.toml": mark +
			"config\"",
		"plain/air.toml":   mark + "plain\"",
		"odd/.config":      "a file, not a folder",
		"sub/api.toml":     mark + "named\"",
		"wd/.air.toml":     mark + "wd\"\n",
		"wd/sub/.air.toml": mark + "wdsub\"",
	})
	tests := []struct {
		name, start string
		args        []string
		wd          string
		want        string
		root        string
	}{
		{"dot file first", "both", nil, "", "make dot", "both"},
		{"then .config", "config", nil, "", "make config", "config"},
		{"air.toml without a dot belongs to others", "plain", nil, "", "", "plain"},
		{".config that is a file", "odd", nil, "", "", "odd"},
		{"named", "", []string{"-c", "sub/api.toml"}, "", "make named", ""},
		{"named with one dash", "", []string{"-config=sub/api.toml"}, "", "make named", ""},
		{"named after chdir", "", []string{"-C", "both", "-c", "../sub/api.toml"}, "", "make named", "both"},
		{"air_wd", "both", nil, "../wd", "make wd", "wd"},
		{"air_wd and a named file", "sub", []string{"-c", "api.toml"}, "../wd", "make named", "wd"},
		{"chdir beats air_wd", "", []string{"-C", "both"}, "wd", "make dot", "both"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := Load(tc.args, environment("air_wd", tc.wd), filepath.Join(dir, tc.start))
			if err != nil {
				t.Fatal(err)
			}
			if c.Cmd != tc.want {
				t.Errorf("cmd %q, want %q", c.Cmd, tc.want)
			}
			if want := filepath.Join(dir, tc.root); c.Root != want || c.Dir != want {
				t.Errorf("root %q, dir %q, want %q", c.Root, c.Dir, want)
			}
		})
	}
}

func TestMissingFilesAndFolders(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"file": "", ".air.toml": "# top\nroot = \"gone\"\n"})
	tests := []struct {
		args []string
		wd   string
		want string
	}{
		{args: []string{"-c", "gone.toml"}, want: "gone.toml: read the configuration: "},
		{args: []string{"-C", "gone"}, want: "--chdir: " + filepath.Join(dir, "gone") + ": "},
		{args: []string{"-C", "file"}, want: "--chdir: " + filepath.Join(dir, "file") + " is not a folder"},
		{wd: "gone", want: "environment variable air_wd: "},
		{want: ".air.toml:2:8: root: " + filepath.Join(dir, "gone") + ": "},
	}
	for _, tc := range tests {
		_, _, err := Load(tc.args, environment("air_wd", tc.wd), dir)
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%v: %v, want %s...", tc.args, err, tc.want)
		}
		if !strings.Contains(tc.want, "not a folder") && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v: %v hides its cause", tc.args, err)
		}
	}
}

func TestErrorsNameTheFileFromWhereTheUserStands(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"api/.air.toml": "[build]\n\n\n\n\n\ndelay = \"1s\"\n"})
	_, _, err := Load([]string{"-C", "api"}, environment(), dir)
	want := filepath.Join("api", ".air.toml") + ":7:9: build.delay: expected a whole number of milliseconds, got a string"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// T8: four real layouts depend on what each path is relative to.
func TestPathRules(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{
		"repo/transports/http/air.toml": `
root = "../.."
tmp_dir = "transports/http/tmp"
[build]
cmd = "go build ."
bin = "tmp/main"
include_dir = ["./core/", "../shared"]
exclude_dir = ["web/dist/"]
`,
		"repo/transports/http/entry.toml": "root = \"../..\"\n[build]\nentrypoint = [\"./tmp/x\", \"./arg\"]\n",
		"repo/transports/http/word.toml":  "root = \"../..\"\n[build]\nentrypoint = \"dlv\"\n",
	})
	cwd, root := filepath.Join(dir, "repo", "transports", "http"), filepath.Join(dir, "repo")
	c := mustLoad(t, cwd, "-c", "air.toml")
	if c.Dir != cwd || c.Root != root {
		t.Errorf("Dir %q Root %q, want %q and %q", c.Dir, c.Root, cwd, root)
	}
	if want := filepath.Join(root, "transports", "http", "tmp"); c.TmpDir != want {
		t.Errorf("tmp_dir %q, want %q", c.TmpDir, want)
	}
	exists := func(string) bool { return true }
	if want := filepath.Join(cwd, "tmp", "main"); c.Program(exists).Path != want {
		t.Errorf("bin %q, want %q", c.Program(exists).Path, want)
	}
	if want := []string{root, filepath.Join(dir, "shared")}; !slices.Equal(c.Roots(), want) {
		t.Errorf("roots %q, want %q", c.Roots(), want)
	}
	if !slices.Equal(c.IncludeDir, []string{"core", "../shared"}) || !slices.Equal(c.ExcludeDir, []string{"web/dist"}) {
		t.Errorf("include_dir %q exclude_dir %q", c.IncludeDir, c.ExcludeDir)
	}
	c = mustLoad(t, cwd, "-c", "entry.toml")
	if want := []string{filepath.Join(root, "tmp", "x"), "./arg"}; !slices.Equal(c.Entrypoint, want) {
		t.Errorf("entrypoint %q, want %q", c.Entrypoint, want)
	}
	if c = mustLoad(t, cwd, "-c", "word.toml"); !slices.Equal(c.Entrypoint, []string{"dlv"}) {
		t.Errorf("entrypoint %q, want the bare word", c.Entrypoint)
	}
}

func TestRootThroughALink(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"real/.air.toml": ""})
	link := filepath.Join(dir, "link")
	if err := os.Symlink("real", link); err != nil {
		t.Skip(err)
	}
	c := mustLoad(t, link)
	if want := filepath.Join(dir, "real"); c.Root != want {
		t.Errorf("root %q, want %q", c.Root, want)
	}
	if _, why := c.Relevant(filepath.Join(dir, "real", ".air.toml")); why != "configuration" {
		t.Errorf("the configuration is not recognised below the resolved root: %s", why)
	}
}

func TestDangerousRoots(t *testing.T) {
	t.Parallel()
	home := project(t, map[string]string{"app/.air.toml": "root = \"~\"\n", "plain/": "", "up/.air.toml": "\nroot = \"..\"\n"})
	env := environment("HOME", home)
	tests := []struct {
		dir, where string
	}{
		{home, "refusing"},
		{filepath.VolumeName(home) + string(filepath.Separator), "refusing"},
		{filepath.Join(home, "app"), ".air.toml:1:8: root: refusing"},
		{filepath.Join(home, "up"), ".air.toml:2:8: root: refusing"},
	}
	for _, tc := range tests {
		_, _, err := Load(nil, env, tc.dir)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Error(), tc.where) || e.Hint == "" {
			t.Errorf("%s: %v, want %s... with a hint", tc.dir, err, tc.where)
		}
	}
	if _, _, err := Load(nil, env, filepath.Join(home, "plain")); err != nil {
		t.Errorf("a folder below home: %v", err)
	}
}

func TestTmpDirThatHoldsTheProject(t *testing.T) {
	t.Parallel()
	c := loadText(t, "\ntmp_dir = \".\"\n")
	if len(c.Warnings) != 1 || c.Warnings[0].Line != 2 || !strings.Contains(c.Warnings[0].Message, "holds the project") {
		t.Errorf("warnings %q", messages(c))
	}
	if ok, why := c.Relevant("main.go"); !ok {
		t.Errorf("main.go is lost: %s", why)
	}
}

func TestColorPrecedence(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{".air.toml": "[color]\nmode = \"always\"\n"})
	tests := []struct {
		args []string
		env  func(string) string
		want string
	}{
		{nil, environment(), "always"},
		{nil, environment("NO_COLOR", "1"), "auto"},
		{[]string{"--color=never"}, environment(), "never"},
		{[]string{"--color", "always"}, environment("NO_COLOR", "1"), "always"},
	}
	for _, tc := range tests {
		c, _, err := Load(tc.args, tc.env, dir)
		if err != nil || c.Color != tc.want {
			t.Errorf("%v: %q, %v, want %q", tc.args, c.Color, err, tc.want)
		}
	}
}

func TestKillDelay(t *testing.T) { // T2
	t.Parallel()
	tests := map[string]time.Duration{
		`500`: 500 * time.Millisecond, `1`: time.Millisecond, `0`: 0, `999999`: 999999 * time.Millisecond,
		`1000000`: time.Millisecond, `2000000000`: 2 * time.Second,
		`"500ms"`: 500 * time.Millisecond, `"2s"`: 2 * time.Second, `"0s"`: 0, `""`: 0,
	}
	for text, want := range tests {
		if c := loadText(t, "[build]\nkill_delay = "+text); c.KillDelay != want {
			t.Errorf("%s: %v, want %v", text, c.KillDelay, want)
		}
	}
}

func TestDelay(t *testing.T) { // T1, T23
	t.Parallel()
	for text, want := range map[string]time.Duration{"0": 0, "100": 100 * time.Millisecond, "10_000": 10 * time.Second} {
		if c := loadText(t, "[build]\ndelay = "+text); c.Delay != want {
			t.Errorf("%s: %v, want %v", text, c.Delay, want)
		}
	}
}

func TestEmptyListsReplaceAndEmptyStringsDoNot(t *testing.T) { // T1
	t.Parallel()
	c := loadText(t, "tmp_dir = \"\"\nroot = \"\"\n[build]\nexclude_dir = []\ninclude_ext = []\nfull_bin = \"\"\ncmd = \"\"\n")
	if len(c.ExcludeDir) != 0 || len(c.IncludeExt) != 0 {
		t.Errorf("exclude_dir %q include_ext %q, want both empty", c.ExcludeDir, c.IncludeExt)
	}
	if c.Root != c.Dir || c.TmpDir != filepath.Join(c.Root, "tmp") || c.Cmd != "" || c.FullBin != "" {
		t.Errorf("an empty string is not the default: %+v", c)
	}
	c = loadText(t, "")
	if !slices.Equal(c.ExcludeDir, []string{"assets", "tmp", "vendor", "testdata"}) || !slices.Equal(c.IncludeExt, []string{"go", "tpl", "tmpl", "html"}) {
		t.Errorf("defaults of an empty file: exclude_dir %q include_ext %q", c.ExcludeDir, c.IncludeExt)
	}
}
