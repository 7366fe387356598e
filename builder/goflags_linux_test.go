package builder_test

import (
	"debug/elf"
	"fmt"
	"testing"

	"github.com/ginreload/ginreload/builder"
)

// What the shell builds is as small as what we build, unless somebody says
// otherwise.
func TestShellOmitsDebugInformation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, shell string
		debug       bool
		env         string
		want        bool // DWARF is there
	}{
		{"fast", "make", false, "A=b", false},
		{"inner -ldflags wins", "make LINK='-ldflags=-X=main.v=1'", false, "A=b", true},
		{"GOFLAGS of the user", "make", false, "GOFLAGS=-ldflags=-X=main.v=1", true},
		{"debug", "make", true, "A=b", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, fmt.Sprintf(hello, "x"))
			p.write("Makefile", "all:\n\tgo build $(LINK) -o ../bin/app .\n")
			p.recipe.Shell, p.recipe.Debug, p.recipe.Set = c.shell, c.debug, []string{c.env}
			p.expect(p.builder(), builder.Built)
			if got := debuggable(t, p.recipe.Output); got != c.want {
				t.Errorf("debug information: %v", got)
			}
		})
	}
}

func TestDebugKeepsDebugInformation(t *testing.T) {
	t.Parallel()
	p := newProject(t, fmt.Sprintf(hello, "x"))
	for _, debug := range []bool{true, false} {
		p.recipe.Debug = debug
		p.expect(p.builder(), builder.Built)
		if debuggable(t, p.recipe.Output) != debug {
			t.Errorf("debug information with Debug=%v: %v", debug, !debug)
		}
	}
}

func debuggable(t *testing.T, program string) bool {
	t.Helper()
	f, err := elf.Open(program)
	check(t, err)
	defer f.Close()
	for _, section := range f.Sections {
		if section.Name == ".debug_info" || section.Name == ".zdebug_info" {
			return true
		}
	}
	return false
}
