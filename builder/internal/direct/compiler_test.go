package direct

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compiler is a C compiler that knows no flag with "unknown" in it, warns of one
// with "odd", has no room for one with "big", ends as if it were
// killed with one with "slow", and keeps a list of what it was asked.
const compiler = `#!/bin/sh
echo "$*" >>"$0.asked"
case "$*" in
*unknown*) echo "unrecognized" >&2; exit 1 ;;
*big*) echo "No space left on device" >&2; exit 1 ;;
*slow*) exit 137 ;;
*odd*) echo "unrecognized, but never mind" ;;
esac
`

func TestRemembering(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	cc := filepath.Join(dir, "gcc")
	if err := os.WriteFile(cc, []byte(compiler), 0o777); err != nil {
		t.Fatal(err)
	}
	r := &Record{request: Request{Store: dir}}
	for _, c := range []struct {
		name  string
		args  []string
		ok    bool
		says  string // the first time
		again string
		asked int // how often the compiler is, of two times
	}{
		{"a flag that it knows", []string{"-m64", "-o", "/tmp/1/a.out", "-known", "/tmp/1/trivial.c"}, true, "", "", 1},
		{"one that it does not know", []string{"-o", "/tmp/1/a.out", "-unknown", "/tmp/1/trivial.c"}, false, "unrecognized", "", 1},
		{"one that it warns of", []string{"-o", "/tmp/1/a.out", "-odd", "/tmp/1/trivial.c"}, true, "unrecognized, but never mind", "unrecognized, but never mind", 2},
		{"one that there is no room for", []string{"-o", "/tmp/1/a.out", "-big", "/tmp/1/trivial.c"}, false, "No space left on device", "No space left on device", 2},
		{"one that ends it", []string{"-o", "/tmp/1/a.out", "-slow", "/tmp/1/trivial.c"}, false, "", "", 2},
		{"another that it knows", []string{"-o", "/tmp/1/a.out", "-known", "-more", "/tmp/1/trivial.c"}, true, "", "", 1},
		{"a program", []string{"-o", "/tmp/1/program", "-known", "go.o"}, true, "", "", 2},
		{"a program that cannot be linked", []string{"-o", "/tmp/1/program", "unknown.o"}, false, "unrecognized", "unrecognized", 2},
	} {
		before := asked(t, cc)
		for i, says := range []string{c.says, c.again} {
			// The linker has another folder each time.
			args := strings.Fields(strings.ReplaceAll(strings.Join(c.args, " "), "/tmp/1", []string{"/tmp/1", "/tmp/2"}[i]))
			out, err := exec.Command(r.remembering(cc), args...).CombinedOutput()
			if (err == nil) != c.ok || strings.TrimSpace(string(out)) != says {
				t.Errorf("%s, time %d: %q, %v", c.name, i+1, out, err)
			}
		}
		if n := asked(t, cc) - before; n != c.asked {
			t.Errorf("%s: the compiler was asked %d times, want %d", c.name, n, c.asked)
		}
	}
}

func asked(t *testing.T, cc string) int {
	t.Helper()
	text, err := os.ReadFile(cc + ".asked")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

func TestNobodyStandsInForACommandOfMoreWords(t *testing.T) {
	t.Parallel()
	r := &Record{request: Request{Store: t.TempDir()}}
	for _, cc := range []string{"zig cc", "'gcc'", ""} {
		if got := r.remembering(cc); got != cc {
			t.Errorf("%s stands in for %q", got, cc)
		}
	}
}
