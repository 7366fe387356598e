//go:build unix

package builder_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// TestFlags asks a go command that prints its arguments.
func TestFlags(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.write("bin/go", `#!/bin/sh
if test "$1" = env; then echo "$GOFLAGS"; exit; fi
printf '%s\n' "$@"
exit 1
`)
	path := "PATH=" + filepath.Join(p.recipe.Dir, "bin")
	vcs, strip := "-buildvcs=false", "-ldflags=-s -w"
	for _, c := range []struct {
		user    []string
		goflags string
		ours    []string
	}{
		{nil, "", []string{vcs, strip}},
		{[]string{"-v", "-tags", "x"}, "-mod=mod -tags=y", []string{vcs, strip}},
		{[]string{"-ldflags=-X main.v=1"}, "", []string{vcs}},
		{[]string{"--ldflags=-X main.v=1"}, "", []string{vcs}},
		{[]string{"-ldflags", ""}, "", []string{vcs}},
		{[]string{"-race"}, "", []string{vcs}},
		{[]string{"-race=true"}, "", []string{vcs}},
		{[]string{"-race=false"}, "", []string{vcs, strip}},
		{[]string{"-msan"}, "", []string{vcs}},
		{[]string{"-asan"}, "", []string{vcs}},
		{[]string{"-gcflags=all=-N -l"}, "", []string{vcs}},
		{[]string{"-gcflags", "-N"}, "", []string{vcs}},
		{[]string{"-gcflags", "-l -B"}, "", []string{vcs, strip}},
		{[]string{"-gcflags=all=-l", "-gcflags=-l -N"}, "", []string{vcs}},
		{[]string{"-tags", "-race"}, "", []string{vcs, strip}},
		{[]string{"-buildvcs=auto"}, "", []string{strip}},
		{[]string{"-buildvcs"}, "", []string{strip}},
		{nil, "-buildvcs=true", []string{strip}},
		{nil, "'-ldflags=-s -w'", []string{vcs}},
		{nil, "-tags=a --ldflags=-s", []string{vcs}},
		{nil, "-race", []string{vcs}},
		{nil, "'-gcflags=all=-l -N'", []string{vcs}},
		{nil, "-tags='open", nil}, // not to be understood: nothing of ours
	} {
		p.recipe.Flags, p.recipe.Set = c.user, []string{path, "GOFLAGS=" + c.goflags}
		p.recipe.Packages = []string{"./cmd/x"}
		result := p.expect(p.builder(), builder.Failed)
		args := strings.Split(strings.TrimSpace(result.Output), "\n")
		i := slices.Index(args, "-o")
		if i < 0 || i+3 != len(args) || args[i+2] != "./cmd/x" || !strings.HasPrefix(args[i+1], p.scratch) {
			t.Fatalf("arguments %q", args)
		}
		want := append(append([]string{"build"}, c.user...), c.ours...)
		if got := args[:i]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("GOFLAGS=%q: %q, want %q", c.goflags, got, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.write("bin/go", "#!/bin/sh\necho \"$GOTMPDIR $TMPDIR $A $PWD\"\nexit 1\n")
	p.recipe.Env = []string{"GOTMPDIR=/theirs", "TMPDIR=/theirs", "A=env", "PATH=" + filepath.Join(p.recipe.Dir, "bin")}
	p.recipe.Set = []string{"A=set"}
	got := strings.Fields(p.expect(p.builder(), builder.Failed).Output)
	if len(got) != 4 || !strings.HasPrefix(got[0], p.scratch) || got[1] != got[0] || got[2] != "set" || got[3] != p.recipe.Dir {
		t.Errorf("the build sees %q", got)
	}
}

// TestMachineTrouble has a command fail with lines that go has been seen to
// print, and with lines of compilers that merely quote such words.
func TestMachineTrouble(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell = "cat said; exit 1"
	for _, c := range []struct {
		line    string
		trouble builder.Trouble
	}{
		{"example.com/app: write /mnt/go-build2479625650/b001/importcfg: no space left on device", builder.DiskFull},
		{"/usr/local/go/pkg/tool/linux_amd64/link: mapping output file failed: no space left on device", builder.DiskFull},
		{"go: writing go.sum: disk quota exceeded", builder.DiskFull},
		{"failed to initialize build cache at /mnt/c: mkdir /mnt/c: read-only file system", builder.ReadOnly},
		{"go: creating work dir: mkdir /mnt/go-build3541768004: read-only file system", builder.ReadOnly},
		{"go: could not create module cache: mkdir /mnt/x: permission denied", builder.NoPermission},
		{"failed to initialize build cache at /sys/foo: mkdir /sys/foo: operation not permitted", builder.NoPermission},
		{"go: creating work dir: stat /nonexist: no such file or directory", builder.NoCache},
		{"build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined", builder.NoCache},
		{"example.com/app: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed", builder.OutOfMemory},
		{"fatal error: runtime: out of memory", builder.OutOfMemory},
		{"fork/exec /usr/local/go/pkg/tool/linux_amd64/compile: cannot allocate memory", builder.OutOfMemory},
		{"collect2: fatal error: ld terminated with signal 9 [Killed]", builder.OutOfMemory},
		{"open /src/main.go: too many open files", builder.TooManyFiles},

		{`./main.go:3:9: cannot use "no space left on device" (untyped string constant) as int value`, 0},
		{"vet: ./main.go:3:9: undefined: x (too many open files)", 0},
		{"sh: 1: ./build.sh: permission denied", 0},
		{"open /src/main.go: permission denied", 0},
		{"./main.go:3:9: x.signal: killed", 0},
	} {
		p.write("said", "# example.com/app\n"+c.line+"\n")
		result, err := p.builder().Build(t.Context())
		machine, ok := err.(*builder.MachineError)
		if c.trouble == 0 && (err != nil || result.Outcome != builder.Failed) {
			t.Errorf("%s: %v, %v", c.line, result.Outcome, err)
		}
		if c.trouble != 0 && (!ok || machine.Trouble != c.trouble || !strings.Contains(err.Error(), c.line) || result.Output == "") {
			t.Errorf("%s: %v", c.line, err)
		}
	}
}
