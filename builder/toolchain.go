package builder

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A goenv is what `go env` says of itself and of the system that it builds for.
type goenv struct {
	GOFLAGS, GOTOOLDIR, GOVERSION, GOOS, GOARCH string
	CGO_ENABLED, CC, CGO_LDFLAGS                string
}

// toolchain remembers what go has said.
type toolchain struct {
	mu     sync.Mutex
	asked  string // the variables with which it was; "" is never
	answer goenv
}

// goenv asks go, again when a variable has changed that may have a say. It may
// be called by several goroutines.
func (b *Builder) goenv(ctx context.Context, env []string) (goenv, error) {
	t := &b.toolchain
	t.mu.Lock()
	defer t.mu.Unlock()
	with := decisive(env)
	if t.asked == with {
		return t.answer, nil
	}
	ran, err := b.command(ctx, env, nil, b.tool, "env", "-json",
		"GOFLAGS", "GOTOOLDIR", "GOVERSION", "GOOS", "GOARCH", "CGO_ENABLED", "CC", "CGO_LDFLAGS")
	if err != nil {
		return goenv{}, err
	}
	var answer goenv
	// If it does not know, the build is about to fail, and says why.
	if ran.state == nil || !ran.state.Success() || json.Unmarshal([]byte(ran.output), &answer) != nil {
		return goenv{}, nil
	}
	t.asked, t.answer = with, answer
	return answer, nil
}

// decisive are the variables that go env goes by.
func decisive(env []string) string {
	last := make(map[string]string)
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		name = strings.ToUpper(name) // as Windows has them
		if name == "GOTMPDIR" {
			continue // ours, and new for each build
		}
		if strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_") || name == "CC" || name == "PATH" {
			last[name] = entry
		}
	}
	return strings.Join(slices.Sorted(maps.Values(last)), "\n") + "\n"
}
