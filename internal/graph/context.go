package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"go/build"
	"slices"
	"strings"
)

// settings are what go env says.
type settings struct {
	GOFLAGS, GOMOD, GOMODCACHE, GOROOT, GOWORK string
}

func (q Query) settings(ctx context.Context) (s settings, err error) {
	out, err := q.ask(ctx, "env", "-json", "GOFLAGS", "GOMOD", "GOMODCACHE", "GOROOT", "GOWORK")
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	return s, err
}

// flags are those of the user that change what the program is made of, or how
// it is found. GOFLAGS holds for go list as for go build, but has to be looked at.
func (q Query) flags(goflags string) ([]string, error) {
	var kept []string
	for words := q.Flags; len(words) > 0; {
		flag, rest := words[:1], words[1:]
		name, _, joined := strings.Cut(strings.TrimLeft(flag[0], "-"), "=")
		if takesValue(name) && !joined && len(rest) > 0 {
			flag, rest = words[:2], words[2:]
		}
		if matters(name) {
			kept = append(kept, flag...)
		}
		words = rest
	}
	for _, word := range slices.Concat(kept, strings.Fields(goflags)) {
		switch name, _, _ := strings.Cut(strings.TrimLeft(word, `-'"`), "="); name {
		case "overlay", "toolexec":
			if strings.HasPrefix(strings.TrimLeft(word, `'"`), "-") {
				return nil, fmt.Errorf("%w: -%s has the go command read other files", ErrUncertain, name)
			}
		}
	}
	return kept, nil
}

// matters reports whether a flag has a say in what is read.
func matters(name string) bool {
	switch name {
	case "asan", "buildmode", "compiler", "cover", "installsuffix", "linkshared", "mod", "modcacherw", "modfile", "msan",
		"overlay", "pgo", "race", "tags", "toolexec":
		return true
	}
	return false
}

// takesValue reports whether a flag of go build is followed by its value.
func takesValue(name string) bool {
	switch name {
	case "asmflags", "buildmode", "compiler", "covermode", "coverpkg", "debug-actiongraph", "debug-runtime-trace",
		"debug-trace", "gccgoflags", "gcflags", "installsuffix", "ldflags", "mod", "modfile", "overlay", "p", "pgo",
		"pkgdir", "tags", "toolexec":
		return true
	}
	return false
}

// valueOf returns the value of a flag, "" if it is not given.
func valueOf(flags []string, name string) string {
	value := ""
	for i, word := range flags {
		key, v, joined := strings.Cut(strings.TrimLeft(word, "-"), "=")
		switch {
		case key != name || !strings.HasPrefix(word, "-"):
		case joined:
			value = v
		case i+1 < len(flags):
			value = flags[i+1]
		}
	}
	return value
}

// contextFormat has go list print what build constraints depend on.
const contextFormat = `{{with context}}{{.GOOS}} {{.GOARCH}} {{.Compiler}} {{.CgoEnabled}} {{.InstallSuffix}}
{{join .BuildTags " "}}
{{join .ToolTags " "}}
{{join .ReleaseTags " "}}
{{.GOROOT}}
{{end}}`

// buildContext asks for the context: where its tags come from (flags, GOFLAGS,
// GOEXPERIMENT, the version of the toolchain) is the go command's own business.
func (q Query) buildContext(ctx context.Context, flags []string) (build.Context, error) {
	c := build.Default
	args := slices.Concat([]string{"list", "-f", contextFormat}, flags, []string{"-pgo=off", "-buildvcs=false", "--", "unsafe"})
	out, err := q.ask(ctx, args...)
	if err != nil {
		return c, err
	}
	lines := strings.Split(string(out), "\n")
	first := strings.Split(lines[0], " ")
	if len(lines) < 5 || len(first) != 5 {
		return c, fmt.Errorf("read what go list said of its context: %q", out)
	}
	c.GOOS, c.GOARCH, c.Compiler, c.CgoEnabled, c.InstallSuffix = first[0], first[1], first[2], first[3] == "true", first[4]
	c.BuildTags, c.ToolTags, c.ReleaseTags = strings.Fields(lines[1]), strings.Fields(lines[2]), strings.Fields(lines[3])
	c.GOROOT, c.UseAllFiles = lines[4], false
	return c, nil
}
