package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsLoadAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"src/": ""})
	odd := "my \"cmd\"\\'s\x01/é\n"
	s := Settings{
		About: []string{"first\nsecond \x01", ""},
		Why:   map[string]string{"build.cmd": "because\nof it", "root": "here"},
		Root:  "src", TmpDir: "out", Cmd: "go build -o x " + odd, Entrypoint: []string{"./x", odd}, ArgsBin: []string{`a\b`, "it's"},
		IncludeExt: []string{"go"}, IncludeDir: []string{"a", "b/c"}, IncludeFile: []string{}, ExcludeDir: []string{strings.Repeat("d", 101)},
		ExcludeRegex: []string{`_test\.go$`}, Delay: 300 * time.Millisecond, SendInterrupt: true, KillDelay: 4 * time.Second,
		ColorMode: "never",
	}
	writeFile(t, filepath.Join(dir, ".air.toml"), string(s.Text()))
	c := mustLoad(t, dir)
	if len(c.Warnings) != 0 {
		t.Errorf("%q", messages(c))
	}
	root := filepath.Join(dir, "src")
	if c.Root != root || c.TmpDir != filepath.Join(root, "out") || c.Cmd != strings.TrimSpace(s.Cmd) || c.Color != "never" {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(c.Entrypoint, []string{filepath.Join(root, "x"), odd}) || !slices.Equal(c.ArgsBin, s.ArgsBin) {
		t.Errorf("runs %q with %q", c.Entrypoint, c.ArgsBin)
	}
	if !slices.Equal(c.IncludeDir, s.IncludeDir) || !slices.Equal(c.ExcludeDir, s.ExcludeDir) || len(c.ExcludeRegex) != 1 {
		t.Errorf("watches %+v", c)
	}
	if c.Delay != s.Delay || !c.SendInterrupt || c.KillDelay != s.KillDelay {
		t.Errorf("%+v", c)
	}
}

func TestSettingsSayOnlyWhatIsSet(t *testing.T) {
	t.Parallel()
	rule := Rule{Cmd: "sqlc generate", IncludeExt: []string{"sql"}, ExcludeRegex: []*regexp.Regexp{regexp.MustCompile(`\.x$`)}}
	s := Settings{Cmd: "make", Rules: []Rule{rule}, Why: map[string]string{"build.rules.cmd": "for queries"}}
	want := `# Read by ginreload, and by Air, whose defaults hold for what is left out.

[build]
cmd = "make"

[[build.rules]]
cmd = "sqlc generate"  # for queries
include_ext = ["sql"]
exclude_regex = ['\.x$']
`
	if got := string(s.Text()); got != want {
		t.Errorf("got\n%s", got)
	}
}

func FuzzSettings(f *testing.F) {
	for _, text := range []string{`\d'"`, "\x00\xff\u2028#", "'''", "a\nb\r"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := Settings{About: []string{text}, Cmd: text, ArgsBin: []string{text, text}, Why: map[string]string{"build.cmd": text}}
		doc, err := parseDocument("", s.Text())
		if err != nil {
			t.Fatalf("%v in\n%s", err, s.Text())
		}
		if got := doc.lookup("build", "args_bin"); utf8.ValidString(text) && got.([]any)[0] != text {
			t.Errorf("%q is read as %q", text, got)
		}
	})
}

func TestWriteInitDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	dir := project(t, map[string]string{"new/": "", "old/.air.toml": "mine", "config/.config/air.toml": "mine"})
	s := Settings{Cmd: "make"}
	file, err := WriteInit(filepath.Join(dir, "new"), s)
	if err != nil || file != filepath.Join(dir, "new", ".air.toml") {
		t.Fatalf("%s, %v", file, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != string(s.Text()) {
		t.Errorf("%v, wrote %s", err, text)
	}
	for _, folder := range []string{"new", "old", "config"} {
		_, err := WriteInit(filepath.Join(dir, folder), s)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, fs.ErrExist) || e.Hint == "" {
			t.Errorf("%s: %v, want an error that the file exists", folder, err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "old", ".air.toml")); err != nil || string(text) != "mine" {
		t.Errorf("%v, overwrote with %s", err, text)
	}
	if _, err := WriteInit(filepath.Join(dir, "gone"), s); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder that is missing: %v", err)
	}
}

func TestInitCommand(t *testing.T) {
	t.Parallel()
	dir := project(t, nil)
	for _, tc := range []struct {
		args string
		want InitCommand
		err  string
	}{
		{"init", InitCommand{}, ""},
		{"init ./cmd/api", InitCommand{Package: "./cmd/api"}, ""},
		{"init --from modd.conf", InitCommand{From: "modd.conf"}, ""},
		{"init -from=modd.conf", InitCommand{From: "modd.conf"}, ""},
		{"init --from=", InitCommand{}, "init --from: the name is empty"},
		{"init a b", InitCommand{}, `init takes one package, or --from, got ["a" "b"]`},
		{"init ./a --from x", InitCommand{}, `init takes one package, or --from, got ["./a" "--from" "x"]`},
		{"init --form x", InitCommand{}, "unknown flag --form"},
	} {
		c, command, err := Load(strings.Fields(tc.args), environment(), dir)
		if tc.err != "" {
			if usage := (*UsageError)(nil); !errors.As(err, &usage) || err.Error() != tc.err {
				t.Errorf("%s: %v, want %s", tc.args, err, tc.err)
			}
			continue
		}
		if err != nil || command != Init || c.Init != tc.want {
			t.Errorf("%s: %s %+v, %v", tc.args, command, c.Init, err)
		}
	}
}
