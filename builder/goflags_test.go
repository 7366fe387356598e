//go:build unix

package builder_test

import (
	"strings"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// What commands of the shell see as GOFLAGS.
func TestGoflagsOfTheShell(t *testing.T) {
	t.Parallel()
	vcs, both := "-buildvcs=false", "-buildvcs=false -ldflags=-s"
	for _, c := range []struct {
		line, goflags string
		debug         bool
		file          string // a Makefile with this text
		want          string
	}{
		{line: "make build", want: both},
		{line: "make build", goflags: "-tags=dev -mod=mod", want: "-tags=dev -mod=mod " + both},
		{line: "make build", goflags: "-ldflags=-X=main.v=1", want: "-ldflags=-X=main.v=1 " + vcs},
		{line: "make build", goflags: "'-ldflags=-s -w' -buildvcs=true", want: "'-ldflags=-s -w' -buildvcs=true"},
		{line: "make build", goflags: "-race", want: "-race " + vcs},
		{line: "make build", goflags: "-tags='open", want: "-tags='open"},
		{line: "make build", debug: true, want: vcs},
		{line: "go build -ldflags \"$(./version)\" .", want: vcs},
		{line: "go build --ldflags=-X . && true", want: vcs},
		{line: "sh -c 'go build -race .'", want: vcs},
		{line: "go build -gcflags='all=-N -l' . && true", want: vcs},
		{line: "go build -gcflags=-l . && true", want: both},
		{line: "dlv debug .", want: vcs},
		{line: "go install github.com/go-delve/delve/cmd/dlv@latest", want: both},
		{line: "GOFLAGS=-v make", goflags: "-x", want: "-x"},
		{line: "make build", file: "GOFLAGS ?= -tags=dev\n", want: ""},
		{line: "make build", file: "build:\n\tgo build\n", want: both},
	} {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, "package main\n")
			if c.file != "" {
				p.write("Makefile", c.file)
			}
			p.recipe.Nothing, p.recipe.Debug = true, c.debug
			p.recipe.Set = []string{"GOFLAGS=" + c.goflags, "GOENV=off"}
			// Of the rest of the line nothing is run.
			p.recipe.Before = []builder.Command{{Line: "env | grep ^GOFL; exit; " + c.line}}
			if got := strings.TrimSuffix(p.expect(p.builder(), builder.Built).Output, "\n"); got != "GOFLAGS="+c.want {
				t.Errorf("GOFLAGS %q, want %q", got, c.want)
			}
		})
	}
}

// Without the variable, GOFLAGS is what `go env -w` has written.
func TestGoflagsOfGoEnv(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.write("goenv", "GOFLAGS=-tags=written\n")
	p.recipe.Set = []string{"GOFLAGS=", "GOENV=" + p.recipe.Dir + "/goenv"}
	p.recipe.Shell, p.recipe.Output = "env | grep ^GOFL", ""
	if got, want := p.expect(p.builder(), builder.Built).Output, "GOFLAGS=-tags=written -buildvcs=false -ldflags=-s\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A command of the shell needs no go.
func TestShellWithoutGo(t *testing.T) {
	t.Parallel()
	p := newProject(t, "package main\n")
	p.recipe.Env = []string{"PATH=/nonexistent"}
	p.recipe.Shell, p.recipe.Output = "echo made", ""
	if got := p.expect(p.builder(), builder.Built).Output; got != "made\n" {
		t.Errorf("%q", got)
	}
}
