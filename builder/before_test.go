//go:build unix

package builder_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// told keeps what Progress says, as "begun x", "x: line", "ended x exit status 1".
type told struct{ lines []string }

func (t *told) progress(p builder.Progress) {
	what := p.Command.Role
	switch p.Stage {
	case builder.Begun:
		t.lines = append(t.lines, "begun "+what)
	case builder.Printed:
		t.lines = append(t.lines, what+": "+p.Text)
	case builder.Ended:
		how := "killed"
		if p.State != nil {
			how = p.State.String()
		}
		t.lines = append(t.lines, "ended "+what+" "+how)
	}
}

func (t *told) expect(tb testing.TB, want ...string) {
	tb.Helper()
	if !reflect.DeepEqual(t.lines, want) {
		tb.Errorf("told\n  %s\nwant\n  %s", strings.Join(t.lines, "\n  "), strings.Join(want, "\n  "))
	}
	t.lines = nil
}

func TestBefore(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "made"))
	told := &told{}
	p.recipe.Progress = told.progress
	p.recipe.Before = []builder.Command{
		{Role: "first", Line: "echo one; echo two >&2; printf three"},
		{Role: "second", Line: "exit 3"},
		{Role: "third", Line: "pwd", Dir: "/"},
	}
	result := p.expect(p.builder(), builder.Built)
	told.expect(t, "begun first", "first: one", "first: two", "first: three", "ended first exit status 0",
		"begun second", "ended second exit status 3", "begun third", "third: /", "ended third exit status 0")
	if want := "one\ntwo\nthree/\n"; result.Output != want {
		t.Errorf("output %q, want %q", result.Output, want)
	}
	if result.Elapsed < result.Command || result.Command <= 0 {
		t.Errorf("elapsed %v, command %v", result.Elapsed, result.Command)
	}

	p.recipe.Before[1].Must = true
	result = p.expect(p.builder(), builder.Failed)
	told.expect(t, "begun first", "first: one", "first: two", "first: three", "ended first exit status 0",
		"begun second", "ended second exit status 3")
	if result.Output != "one\ntwo\nthree" {
		t.Errorf("output %q", result.Output)
	}
}

func TestBeforeIsGivenUpByRole(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "made"))
	told := &told{}
	p.recipe.Progress = told.progress
	p.recipe.Before = []builder.Command{
		{Role: "pre", Line: "exit 3"},
		{Role: "pre", Line: "echo not this"},
		{Role: "cmd", Line: "echo but this"},
	}
	p.expect(p.builder(), builder.Built)
	told.expect(t, "begun pre", "ended pre exit status 3", "begun cmd", "cmd: but this", "ended cmd exit status 0")
}

// What comes before does not hide where the program does not compile.
func TestBeforeAProgramThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n\nfunc main() { nothing() }\n")
	p.recipe.Before = []builder.Command{{Line: "echo ./old.go:1:1: said before"}}
	result := p.expect(p.builder(), builder.Failed)
	if len(result.Diagnostics) != 1 || result.Diagnostics[0].File != "main.go" {
		t.Errorf("diagnostics %+v", result.Diagnostics)
	}
	if !strings.HasPrefix(result.Output, "./old.go") || !strings.Contains(result.Output, "undefined: nothing") {
		t.Errorf("output %q", result.Output)
	}
}

func TestNothingToMake(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe = builder.Recipe{Dir: p.recipe.Dir, Nothing: true, Before: []builder.Command{{Line: "echo begins"}}}
	b := p.builder()
	p.expect(b, builder.Built)
	if result := p.expect(b, builder.Built); result.Output != "begins\n" || result.Artifact != (builder.Artifact{}) {
		t.Errorf("%+v", result)
	}
}

// The lines come while the command runs: it waits until the first was heard.
func TestProgressIsLive(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	var ended builder.Progress
	p.recipe.Shell = "echo waiting; while :; do sleep 10; done"
	p.recipe.Progress = func(progress builder.Progress) {
		switch progress.Stage {
		case builder.Printed:
			cancel()
		case builder.Ended:
			ended = progress
		}
	}
	result, err := p.builder().Build(ctx)
	if err != nil || result.Outcome != builder.Canceled || result.Output != "waiting\n" {
		t.Errorf("%+v, %v", result, err)
	}
	if ended.Err != nil || ended.State != nil || ended.Command.Line != p.recipe.Shell || ended.Elapsed <= 0 {
		t.Errorf("ended %+v", ended)
	}
}

func TestBeforeIsCanceled(t *testing.T) {
	t.Parallel()
	for _, must := range []bool{false, true} {
		p := newProject(t, "package main\n")
		ctx, cancel := context.WithCancel(deadline(t))
		p.recipe.Before = []builder.Command{{Line: "echo waiting; exec sleep 1000", Must: must}, {Line: "touch late"}}
		p.recipe.Progress = func(progress builder.Progress) {
			if progress.Stage == builder.Printed {
				cancel()
			}
		}
		result, err := p.builder().Build(ctx)
		if err != nil || result.Outcome != builder.Canceled {
			t.Errorf("must %v: %+v, %v", must, result, err)
		}
		if _, err := os.Stat(filepath.Join(p.recipe.Dir, "late")); err == nil {
			t.Error("the next command was run")
		}
	}
}

func TestLinesAsATerminalLeavesThem(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	told := &told{}
	p.recipe.Progress, p.recipe.Output = told.progress, ""
	p.recipe.Shell = `printf '10 %%\r100 %%\r\n\nend\r'; head -c 70000 /dev/zero | tr '\0' x`
	p.expect(p.builder(), builder.Built)
	told.expect(t, "begun ", ": 100 %", ": ", ": "+strings.Repeat("x", 65536-4), ": "+strings.Repeat("x", 70000-65536+4), "ended  exit status 0")
}

// The environment may change between two builds, PATH excepted.
func TestEnvironIsAskedBeforeEachBuild(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	env, asked := []string{"PATH=/bin:/usr/bin", "A=own"}, 0
	p.recipe.Environ = func() []string {
		asked++
		return append(env, fmt.Sprint("B=", asked))
	}
	p.recipe.Set, p.recipe.Output = []string{"A=set"}, ""
	p.recipe.Shell = `echo "$A $B $PWD"`
	b := p.builder()
	for i := 2; i <= 3; i++ {
		if got, want := p.expect(b, builder.Built).Output, fmt.Sprintf("set %d %s\n", i, p.recipe.Dir); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCommandThatCannotBeRun(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	var ended []builder.Progress
	p.recipe.Before = []builder.Command{{Line: "true", Dir: "/no/such/folder"}}
	p.recipe.Progress = func(progress builder.Progress) {
		if progress.Stage == builder.Ended {
			ended = append(ended, progress)
		}
	}
	p.expect(p.builder(), builder.Built)
	if len(ended) != 1 || ended[0].Err == nil || ended[0].State != nil {
		t.Errorf("ended %+v", ended)
	}
	p.recipe.Before[0].Must = true
	if _, err := p.builder().Build(t.Context()); err == nil || !errors.Is(err, ended[0].Err) && err.Error() != ended[0].Err.Error() {
		t.Errorf("error %v", err)
	}
}
