package builder

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// How a command of the shell builds is not ours to say, but GOFLAGS reaches
// every go command behind it. Whatever such a command is given itself wins over
// GOFLAGS (SetFromGOFLAGS in cmd/go/internal/base/goflags.go).

// goflags is what go takes for GOFLAGS in env. Without the variable it may come
// from `go env -w`, which go itself knows best.
func (b *Builder) goflags(ctx context.Context, env []string) (string, error) {
	if set := variable(env, "GOFLAGS"); set != "" || b.tool == "" {
		return set, nil
	}
	settings, err := b.goenv(ctx, env)
	return settings.GOFLAGS, err
}

// shellGoflags is the variable for a command of the shell, nil to leave it.
func (b *Builder) shellGoflags(ctx context.Context, env []string, c Command) []string {
	goflags, err := b.goflags(ctx, env)
	if err != nil || setsGoflags(c.Line, c.Dir) {
		return nil // without a go command it makes no difference
	}
	left := b.recipe.room(nil, goflags)
	left.strip = left.strip && !wantsDebug.MatchString(c.Line)
	// -s implies -w (Go 1.22). A quoted value with a blank would be understood by
	// go, but not by scripts that split the variable; so there is no linker.
	ours := left.flags("-s", "")
	if len(ours) == 0 {
		return nil
	}
	return []string{"GOFLAGS=" + strings.TrimSpace(goflags+" "+strings.Join(ours, " "))}
}

// wantsDebug finds in a command line what says that its author looks inside of
// the program, or has settled how it is linked.
var wantsDebug = regexp.MustCompile(`(^|[\s"'=])--?(ldflags|race|msan|asan)\b|-gcflags.*-N\b|(^|[\s"'/])dlv(\s|$)`)

// makefiles are where a command finds what to do without naming it.
var makefiles = []string{"GNUmakefile", "makefile", "Makefile"}

// setsGoflags tells whether the command has its own idea of GOFLAGS: in
// `GOFLAGS ?= -tags=dev` of a Makefile ours would take the place of the user's.
func setsGoflags(line, dir string) bool {
	if strings.Contains(line, "GOFLAGS") {
		return true
	}
	for _, word := range append(strings.Fields(line), ".") {
		if !filepath.IsAbs(word) {
			word = filepath.Join(dir, word)
		}
		for _, name := range append(makefiles, "") {
			if namesGoflags(filepath.Join(word, name)) {
				return true
			}
		}
	}
	return false
}

func namesGoflags(file string) bool {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return false
	}
	text, err := os.ReadFile(file)
	return err == nil && strings.Contains(string(text), "GOFLAGS")
}
