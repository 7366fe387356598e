package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checked runs ginreload check on a file and returns what it prints.
func checked(t *testing.T, file string, env []string, args ...string) (string, int) {
	t.Helper()
	dir := t.TempDir()
	if file != "" {
		if err := os.WriteFile(filepath.Join(dir, ".air.toml"), []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	code := Main(Invocation{Args: append([]string{"check"}, args...), Env: env, Dir: dir, Stdin: os.Stdin, Stdout: out, Stderr: out})
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), code
}

func TestCheckShowsWhatHoldsAndWhy(t *testing.T) {
	t.Parallel()
	text, code := checked(t, "[build]\ncmd = \"make\"\npoll_interval = 500\n[[build.rules]]\ncmd = \"npm run css\"\ninclude_ext = [\"css\"]\n",
		[]string{"GINRELOAD_HOLD=3s", "GINRELOAD_BUILD_CMDS=x"}, "--build.rerun", "true")
	for _, want := range []string{
		"[build]\npre_cmd ", `= "make" `, "# .air.toml:2\n", `"./tmp/main" `, "# flag --build.rerun\n", "# env GINRELOAD_HOLD\n", "# startup_banner is not set",
		"[[build.rules]]\nname          = \"rule-0\"       # default\ncmd           = \"npm run css\"  # .air.toml:5\n",
		"\nwarning: unknown environment variable GINRELOAD_BUILD_CMDS\n  → did you mean GINRELOAD_BUILD_CMD?\n",
		"\nnote: .air.toml:3: build.poll_interval has no effect without build.poll\n",
		"\n\n0 errors, 1 warning, 1 note\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestCheckFailsWithEveryError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file, arg string
		code      int
		want      string
	}{
		{"root = 1\n[build]\ndelay = '1s'\n", "--json=false", 1, "\nerror: .air.toml:1:8: root: expected a string, got a whole number\n    root = 1\nerror: .air.toml:3:9: build.delay:"},
		{"[build\n", "--json=false", 1, "\nerror: .air.toml:1:"},
		{"", "gone.toml", 1, "\nerror: gone.toml: read the configuration: "},
		{"root = 'gone'\n", "--json=false", 1, "error: .air.toml:1:8: root: "},
		{"", "--build.delay=x", 2, "ginreload: --build.delay: expected a number"},
		{"", "--json=false", 0, "# default: ginreload builds the main package itself\n"},
	}
	for _, tc := range tests {
		if text, code := checked(t, tc.file, nil, tc.arg); code != tc.code || !strings.Contains(text, tc.want) {
			t.Errorf("%q %s: exit code %d, want %d and %q in\n%s", tc.file, tc.arg, code, tc.code, tc.want, text)
		}
	}
}

func TestCheckAsJSON(t *testing.T) {
	t.Parallel()
	text, code := checked(t, "[build]\nargs_bin = ['a\"b', 'ü']\ndelay = true\n", nil, "--json")
	var got struct {
		Values []struct {
			Key, Origin string
			Value       any
		}
		Findings []struct {
			Kind, Message string
			Line, Column  int
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || code != 1 {
		t.Fatalf("%v, exit code %d, %s", err, code, text)
	}
	for _, v := range got.Values {
		if list, ok := v.Value.([]any); v.Key == "build.args_bin" && (!ok || list[0] != `a"b` || v.Origin != ".air.toml:2") {
			t.Errorf("%+v", v)
		}
	}
	if len(got.Findings) != 1 || got.Findings[0].Kind != "error" || got.Findings[0].Line != 3 || got.Findings[0].Column != 9 {
		t.Errorf("%+v", got.Findings)
	}
}
