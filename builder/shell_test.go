//go:build unix

package builder_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

func TestShell(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "one"))
	p.recipe.Shell = `test -n "$GOTMPDIR" && test "$PWD" = "$(pwd)" && go build -o ../bin/app . && echo done $NAME`
	p.recipe.Set = []string{"NAME=value"}
	p.recipe.Output = "../bin/app"
	b := p.builder()
	p.recipe.Output = p.recipe.Dir + "/../bin/app"

	if result := p.expect(b, builder.Built); result.Output != "done value\n" {
		t.Errorf("output %q", result.Output)
	}
	p.expect(b, builder.Same) // go build has set the time of the file
	p.expect(p.builder(), builder.Same)

	p.write("main.go", fmt.Sprintf(hello, "two"))
	p.expect(b, builder.Built)
	p.write("main.go", "package main\n\nfunc main() { nothing() }\n")
	result := p.expect(b, builder.Failed)
	want := builder.Diagnostic{Package: "example.com/app", File: "main.go", Line: 3, Column: 15, Message: "undefined: nothing", Count: 1}
	if len(result.Diagnostics) != 1 || result.Diagnostics[0] != want {
		t.Errorf("diagnostics %+v", result.Diagnostics)
	}
	if p.says() != "two" {
		t.Errorf("program says %q", p.says())
	}
}

func TestShellWithoutProgram(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell = "echo made >wrong-place"
	result, err := p.builder().Build(t.Context())
	if !errors.Is(err, builder.ErrNoArtifact) || result.Outcome != 0 {
		t.Fatalf("%v, %v", result.Outcome, err)
	}
	for _, part := range []string{p.recipe.Output, p.recipe.Dir + "/wrong-place", p.recipe.Shell} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error does not name %s: %v", part, err)
		}
	}
}

func TestShellOutputIsBounded(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell = "echo first; yes 0123456789 | head -c 5000000; echo last; exit 3"
	result := p.expect(p.builder(), builder.Failed)
	if n := len(result.Output); n > 1<<20+100 || n < 1<<19 {
		t.Errorf("%d bytes are kept", n)
	}
	if !strings.HasPrefix(result.Output, "first\n") || !strings.HasSuffix(result.Output, "last\n") || !strings.Contains(result.Output, " bytes of output are left out here") {
		t.Errorf("kept %.50q ... %q", result.Output, result.Output[len(result.Output)-50:])
	}
	if result.Diagnostics != nil {
		t.Errorf("diagnostics %+v", result.Diagnostics)
	}
}

func TestShellKilled(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	for _, command := range []string{"kill -9 $$", "exit 137"} {
		p.recipe.Shell = command
		_, err := p.builder().Build(t.Context())
		var machine *builder.MachineError
		if !errors.As(err, &machine) || machine.Trouble != builder.OutOfMemory || machine.Hint() == "" {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestShellReadsNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell = "cat && mkdir ../bin && touch ../bin/app"
	p.expect(p.builder(), builder.Built)
	if _, err := os.Stat(p.recipe.Output); err != nil {
		t.Error(err)
	}
}

// A script may run what the command has made, or read what has changed, so it
// says nothing that it is the same.
func TestShellProgramIsAScript(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "one"))
	p.recipe.Shell, p.recipe.Output = "true", "server.py"
	p.write("server.py", "one")
	b := p.builder()
	p.expect(b, builder.Built)
	p.expect(b, builder.Built)
}

func TestShellThatMakesNobodyKnowsWhat(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Shell, p.recipe.Output = "true", ""
	b := p.builder()
	if result := p.expect(b, builder.Built); result.Artifact != (builder.Artifact{}) {
		t.Errorf("artifact %+v", result.Artifact)
	}
	p.expect(b, builder.Built)
	p.recipe.Shell = "exit 3"
	p.expect(p.builder(), builder.Failed)
}
