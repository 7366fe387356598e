package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// seen is the value that a process gets: of two, the later one counts.
func seen(env []string, name string) string {
	value := "unset"
	for _, entry := range env {
		if key, v, _ := strings.Cut(entry, "="); key == name {
			value = v
		}
	}
	return value
}

func TestEnvFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := filepath.Join(dir, ".env"), filepath.Join(dir, ".env.local")
	e := &environment{own: []string{"OWN=own", "EMPTY="}, files: []string{first, filepath.Join(dir, "missing"), second}, set: []string{"SET=set"}}
	expect := func(want ...string) {
		t.Helper()
		env, problems := e.Read()
		if len(problems) > 0 {
			t.Errorf("problems: %v", problems)
		}
		for _, w := range want {
			name, value, _ := strings.Cut(w, "=")
			if got := seen(env, name); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
	}
	expect("OWN=own", "A=unset")
	write(t, first, "\ufeffA=first # said twice\r\nexport B='b b'\r\nC=\"${B}\\n\"\nOWN=file\nEMPTY=file\n\nD: yaml\n")
	write(t, second, "A=second\n")
	expect("A=second", "B=b b", "C=b b\n", "OWN=own", "EMPTY=", "D=yaml", "SET=unset")
	write(t, second, "")
	expect("A=first")
	write(t, first, "B=x")
	expect("A=unset", "B=x")
	if env, _ := e.Program(); seen(env, "SET") != "set" {
		t.Errorf("the program sees SET=%s", seen(env, "SET"))
	}
}

func TestBadEnvFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, c := range []struct{ text, want string }{
		{"A=1\n\nB = 2\nC+=secret\nD=4\n", ":4: cannot be read as NAME=value; the file is passed over"},
		{"A=\"x\ny\"\n# note\nB='secret\nC=3\n", ":4: cannot be read as NAME=value; the file is passed over"},
		{"just words\nA=1", ":1: cannot be read as NAME=value; the file is passed over"},
		{"A=1\njust", `: "" is not the name of a variable`},
		{"A=1\nB=\x00secret\n", ": B has a NUL in its value"},
		{"A=1\nB C=2\n", `: "B C" is not the name of a variable`},
	} {
		bad, good := filepath.Join(dir, fmt.Sprint(i)), filepath.Join(dir, "good")
		write(t, bad, c.text)
		write(t, good, "GOOD=1\n")
		env, problems := (&environment{files: []string{bad, good}}).Read()
		if len(problems) != 1 || problems[0].String() != bad+c.want {
			t.Errorf("%q: %v, want %s", c.text, problems, c.want)
		}
		if seen(env, "GOOD") != "1" {
			t.Errorf("%q: the other file does not count", c.text)
		}
	}
	if _, problems := (&environment{files: []string{dir}}).Read(); len(problems) != 1 || !strings.HasPrefix(problems[0].String(), dir+": ") {
		t.Errorf("a folder: %v", problems)
	}
}

func TestProblemsAreToldOnce(t *testing.T) {
	t.Parallel()
	var told []string
	v := &voice{}
	a, b := problem{file: "a", line: 1, why: "x"}, problem{file: "b", why: "y"}
	v.problems([]problem{a}) // nobody listens yet
	v.publish = func(e event.Event) { told = append(told, e.Message) }
	for _, now := range [][]problem{{a}, {a, b}, {b}, {a, b}, nil} {
		v.problems(now)
	}
	if want := []string{"a:1: x", "b: y", "a:1: x"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// Whatever the file holds, a process can be started with what comes of it.
func FuzzEnvFile(f *testing.F) {
	for _, seed := range []string{
		"A=1\n", "export A='b", "A=\"${B}\\n$C\"\nB=\\", "A", "=", "A=b#c #d", "\ufeffA:\r\n\r\nexport", "A=$", "A=${", "A='\\'", "export \x00=\x85", "A=\"\\", "A=$(x)",
	} {
		f.Add([]byte(seed))
	}
	file := filepath.Join(f.TempDir(), ".env")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		env, problems := (&environment{files: []string{file}}).Read()
		for _, entry := range env {
			if name, _, ok := strings.Cut(entry, "="); !ok || name == "" || strings.Contains(entry, "\x00") {
				t.Errorf("%q leads to %q", text, entry)
			}
		}
		for _, p := range problems {
			if p.line > strings.Count(string(text), "\n")+1 {
				t.Errorf("%q: %v", text, p)
			}
		}
	})
}
