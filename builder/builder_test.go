package builder_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/builder"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A project is a tiny module with a place for its program and a scratch folder.
type project struct {
	t       testing.TB
	recipe  builder.Recipe
	scratch string
}

const hello = "package main\n\nfunc main() { println(%q) }\n"

func newProject(t testing.TB, main string) *project {
	t.Helper()
	root := t.TempDir()
	p := &project{t: t, scratch: filepath.Join(root, "scratch"), recipe: builder.Recipe{
		Dir:    filepath.Join(root, "src"),
		Output: filepath.Join(root, "bin", "app"),
	}}
	for _, dir := range []string{p.scratch, p.recipe.Dir} {
		check(t, os.Mkdir(dir, 0o777))
	}
	p.write("go.mod", "module example.com/app\n\ngo 1.25\n")
	p.write("main.go", main)
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.recipe.Dir, name)
	check(p.t, os.MkdirAll(filepath.Dir(path), 0o777))
	check(p.t, os.WriteFile(path, []byte(text), 0o777))
}

func (p *project) builder() *builder.Builder {
	p.t.Helper()
	b, err := builder.New(p.recipe, p.scratch)
	check(p.t, err)
	return b
}

// expect builds and checks the outcome, and that scratch is left empty.
func (p *project) expect(b *builder.Builder, want builder.Outcome) builder.Result {
	p.t.Helper()
	result, err := b.Build(p.t.Context())
	check(p.t, err)
	if result.Outcome != want {
		p.t.Fatalf("outcome is %v, want %v; output:\n%s", result.Outcome, want, result.Output)
	}
	p.expectEmptyScratch()
	return result
}

func (p *project) expectEmptyScratch() {
	p.t.Helper()
	left, err := filepath.Glob(filepath.Join(p.scratch, "build-*"))
	check(p.t, err)
	if len(left) > 0 {
		p.t.Errorf("left in scratch: %v", left)
	}
}

func (p *project) says() string {
	p.t.Helper()
	out, err := exec.Command(p.recipe.Output).CombinedOutput()
	check(p.t, err)
	return strings.TrimSpace(string(out))
}

func (p *project) stat() os.FileInfo {
	p.t.Helper()
	info, err := os.Stat(p.recipe.Output)
	check(p.t, err)
	return info
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestBuild(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "one"))
	b := p.builder()

	result := p.expect(b, builder.Built)
	info := p.stat()
	want := builder.Artifact{Path: p.recipe.Output, Size: info.Size(), ModTime: info.ModTime()}
	if result.Artifact != want {
		t.Errorf("artifact is %+v, want %+v", result.Artifact, want)
	}
	if result.Elapsed < result.Command || result.Command <= 0 {
		t.Errorf("elapsed %v, command %v", result.Elapsed, result.Command)
	}
	if got := p.says(); got != "one" {
		t.Errorf("program says %q", got)
	}

	p.write("main.go", fmt.Sprintf(hello, "two"))
	p.expect(b, builder.Built)
	if got := p.says(); got != "two" {
		t.Errorf("program says %q", got)
	}
}

func TestBuildOmitsDebugInformation(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	small := p.expect(p.builder(), builder.Built).Artifact.Size
	for _, c := range []struct {
		name  string
		flags []string
		env   string
	}{
		{"user's -ldflags", []string{"-ldflags", ""}, "A=b"},
		{"GOFLAGS", nil, "GOFLAGS=-ldflags=-X=main.v=1"},
	} {
		p.recipe.Flags, p.recipe.Set = c.flags, []string{c.env}
		if size := p.expect(p.builder(), builder.Built).Artifact.Size; size <= small {
			t.Errorf("%s: %d bytes, not more than %d", c.name, size, small)
		}
		p.recipe.Flags, p.recipe.Set = nil, nil
		p.expect(p.builder(), builder.Built)
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	b := p.builder()
	p.expect(b, builder.Built)
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	check(t, os.Chtimes(p.recipe.Output, old, old))
	before := p.stat()

	run := func(name string, b *builder.Builder) {
		t.Helper()
		result := p.expect(b, builder.Same)
		if after := p.stat(); !os.SameFile(before, after) || !after.ModTime().Equal(old) || !result.Artifact.ModTime.Equal(old) {
			t.Errorf("%s: the published file was touched", name)
		}
	}
	run("nothing changed", b)
	p.write("main.go", fmt.Sprintf(hello, "x")+"// a comment at the end\n")
	run("comment in package main", b)
	run("nothing changed since the comment", b)
	run("another session", p.builder())
}

func TestSameForAnImportedPackage(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n\nimport \"example.com/app/lib\"\n\nfunc main() { lib.F() }\n")
	p.write("lib/lib.go", "package lib\n\nfunc F() { println(1) }\n")
	b := p.builder()
	p.expect(b, builder.Built)
	before := p.stat()
	p.write("lib/lib.go", "package lib\n\nfunc F() { println(1) }\n\n// nothing\n")
	p.expect(b, builder.Same)
	// A new file with the same bytes, as after a clean checkout of scratch.
	check(t, os.Rename(p.recipe.Output, p.recipe.Output+"2"))
	p.expect(b, builder.Built)
	check(t, os.Rename(p.recipe.Output+"2", p.recipe.Output))
	p.expect(b, builder.Same)
	if after := p.stat(); !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the published file was touched")
	}
}

func TestFailedBuildKeepsTheProgram(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "good"))
	b := p.builder()
	good := p.expect(b, builder.Built).Artifact
	before := p.stat()

	for _, c := range []struct{ name, source string }{
		{"type error", "package main\n\nfunc main() { undefined() }\n"},
		{"syntax error", "package main\n\nfunc main() {\n"},
		{"link error", "package main\n\nfunc main() {}\n\nfunc main() {}\n"},
	} {
		p.write("main.go", c.source)
		result := p.expect(b, builder.Failed)
		if len(result.Diagnostics) != 1 || result.Diagnostics[0].File != "main.go" || result.Diagnostics[0].Line < 3 {
			t.Errorf("%s: diagnostics %+v of %q", c.name, result.Diagnostics, result.Output)
		}
		if result.Artifact != good {
			t.Errorf("%s: artifact is %+v, want %+v", c.name, result.Artifact, good)
		}
		if !os.SameFile(before, p.stat()) || p.says() != "good" {
			t.Errorf("%s: the published program changed", c.name)
		}
	}
}

func TestRebuildWhileTheProgramRuns(t *testing.T) {
	t.Parallel()
	const source = `package main

import ("bufio"; "fmt"; "os")

func main() {
	fmt.Println("started %[1]s")
	bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println("still %[1]s")
}
`
	p := newProject(t, fmt.Sprintf(source, "one"))
	b := p.builder()
	p.expect(b, builder.Built)
	// A second name for the inode: it must never be written to.
	keep := filepath.Join(p.scratch, "keep")
	check(t, os.Link(p.recipe.Output, keep))
	bytes, err := os.ReadFile(keep)
	check(t, err)

	old := exec.CommandContext(deadline(t), p.recipe.Output)
	stdin, err := old.StdinPipe()
	check(t, err)
	stdout, err := old.StdoutPipe()
	check(t, err)
	check(t, old.Start())
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "started one\n" {
		t.Fatal(line, err)
	}

	p.expect(b, builder.Same)
	p.write("main.go", fmt.Sprintf(source, "two"))
	p.expect(b, builder.Built)
	if now, err := os.ReadFile(keep); err != nil || string(now) != string(bytes) {
		t.Error("the file of the running program was written to")
	}
	if got := p.says(); got != "started two\nstill two" {
		t.Errorf("new program says %q", got)
	}
	_, err = io.WriteString(stdin, "\n")
	check(t, err)
	if line, err := lines.ReadString('\n'); line != "still one\n" {
		t.Error(line, err)
	}
	check(t, old.Wait())
}

func TestNotAProgram(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package lib\n")
	result := p.expect(p.builder(), builder.Failed)
	if len(result.Diagnostics) != 1 || !strings.Contains(result.Diagnostics[0].Message, "not a main package") {
		t.Errorf("diagnostics %+v", result.Diagnostics)
	}
	if result.Artifact != (builder.Artifact{}) {
		t.Errorf("artifact %+v", result.Artifact)
	}
	p.recipe.Flags = []string{"-n"}
	_, err := p.builder().Build(t.Context())
	if !errors.Is(err, builder.ErrNoArtifact) {
		t.Errorf("dry run: %v", err)
	}
}

func TestOutputOnAnotherFileSystem(t *testing.T) {
	t.Parallel()
	shm, err := os.MkdirTemp("/dev/shm", "ginreload-test-")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(shm) })
	p := newProject(t, fmt.Sprintf(hello, "one"))
	if os.Link(filepath.Join(p.recipe.Dir, "main.go"), filepath.Join(shm, "x")) == nil {
		t.Skip("/dev/shm is on the same file system")
	}
	p.recipe.Output = filepath.Join(shm, "bin", "app")
	b := p.builder()
	p.expect(b, builder.Built)
	before := p.stat()
	p.expect(b, builder.Same)
	if after := p.stat(); !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the published file was touched")
	}
	p.write("main.go", fmt.Sprintf(hello, "two"))
	p.expect(b, builder.Built)
	if p.says() != "two" {
		t.Errorf("program says %q", p.says())
	}
	entries, err := os.ReadDir(filepath.Dir(p.recipe.Output))
	if err != nil || len(entries) != 1 {
		t.Errorf("left beside the output: %v, %v", entries, err)
	}
}

func TestCannotBuild(t *testing.T) {
	t.Parallel()
	type testCase struct {
		name    string
		prepare func(t *testing.T, p *project)
		is      error
		trouble builder.Trouble
		text    string
	}
	run := func(t *testing.T, tc testCase) {
		t.Parallel()
		p := newProject(t, fmt.Sprintf(hello, "x"))
		tc.prepare(t, p)
		result, err := p.builder().Build(t.Context())
		if err == nil || result.Outcome != 0 {
			t.Fatalf("outcome %v, error %v, output %s", result.Outcome, err, result.Output)
		}
		if tc.is != nil && !errors.Is(err, tc.is) {
			t.Errorf("error is not %q: %v", tc.is, err)
		}
		var machine *builder.MachineError
		if tc.trouble != 0 && (!errors.As(err, &machine) || machine.Trouble != tc.trouble) {
			t.Errorf("error is not trouble %d: %#v", tc.trouble, err)
		}
		if !strings.Contains(err.Error(), tc.text) {
			t.Errorf("error does not say %q: %v", tc.text, err)
		}
	}
	for _, tc := range []testCase{
		{name: "Dir is gone", is: builder.ErrNoDir, text: "enter the folder of the program",
			prepare: func(t *testing.T, p *project) { check(t, os.RemoveAll(p.recipe.Dir)) }},
		{name: "Output is a folder", is: builder.ErrOccupied, text: "name a file in it",
			prepare: func(t *testing.T, p *project) { check(t, os.MkdirAll(p.recipe.Output, 0o777)) }},
		{name: "Output is a source file", is: builder.ErrOccupied, text: "would be overwritten",
			prepare: func(t *testing.T, p *project) { p.recipe.Output = filepath.Join(p.recipe.Dir, "main.go") }},
		{name: "folder of Output is a file", text: "make the folder of the output",
			prepare: func(t *testing.T, p *project) { p.recipe.Output = filepath.Join(p.recipe.Dir, "main.go", "app") }},
		{name: "folder of Output is read-only", trouble: builder.NoPermission, text: "name another folder",
			prepare: func(t *testing.T, p *project) {
				p.recipe.Output = "/sys/ginreload/app" // not even root may
				if os.Getuid() != 0 {
					dir := t.TempDir()
					check(t, os.Chmod(dir, 0o555))
					p.recipe.Output = filepath.Join(dir, "app")
				}
			}},
		{name: "no build cache", trouble: builder.NoCache, text: "set GOCACHE",
			prepare: func(t *testing.T, p *project) { p.recipe.Set = []string{"GOCACHE=/proc/ginreload"} }},
		{name: "compiler killed", trouble: builder.OutOfMemory, text: "-p=1",
			prepare: func(t *testing.T, p *project) {
				p.write("killed", "#!/bin/sh\ncase \"$*\" in *-V=full*) exec \"$@\";; esac\nkill -9 $$\n")
				p.recipe.Flags = []string{"-toolexec=" + filepath.Join(p.recipe.Dir, "killed")}
			}},
	} {
		t.Run(tc.name, func(t *testing.T) { run(t, tc) })
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	empty := t.TempDir()
	file := filepath.Join(p.recipe.Dir, "main.go")
	for _, c := range []struct {
		name    string
		scratch string
		change  func(r *builder.Recipe)
		want    string
	}{
		{"relative Dir", p.scratch, func(r *builder.Recipe) { r.Dir = "src" }, "not an absolute path"},
		{"no Output", p.scratch, func(r *builder.Recipe) { r.Output = "" }, "Output is empty"},
		{"relative scratch", "scratch", func(*builder.Recipe) {}, "not an absolute path"},
		{"no scratch", filepath.Join(empty, "none"), func(*builder.Recipe) {}, "make it first"},
		{"scratch is a file", file, func(*builder.Recipe) {}, "not a folder"},
		{"no go", p.scratch, func(r *builder.Recipe) { r.Set = []string{"PATH=" + empty} }, "install Go from https://go.dev/dl"},
		{"go in relative PATH", p.scratch, func(r *builder.Recipe) { r.Env = []string{"PATH=bin"} }, `PATH="bin"`},
	} {
		r := p.recipe
		c.change(&r)
		_, err := builder.New(r, c.scratch)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if errors.Is(err, builder.ErrNoToolchain) != strings.Contains(c.name, "go") {
			t.Errorf("%s: type of %v", c.name, err)
		}
	}
}

func TestNewClearsScratch(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	check(t, os.MkdirAll(filepath.Join(p.scratch, "build-1", "tmp", "go-build2"), 0o777))
	p.builder()
	p.expectEmptyScratch()
}
