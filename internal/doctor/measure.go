package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// hundred writes a hundred small files below folder, takes them away, and returns
// how long that took.
func hundred(folder string) (time.Duration, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return 0, reason(err)
	}
	dir, err := os.MkdirTemp(folder, "ginreload-doctor-")
	if err != nil {
		return 0, reason(err)
	}
	defer os.RemoveAll(dir)
	start := time.Now()
	for n := range 100 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(n)), make([]byte, 1024), 0o644); err != nil {
			return 0, reason(err)
		}
	}
	return time.Since(start), nil
}

// reason is an error without the path, which whoever reads it knows.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// server imports what every server does.
const server = `package main

import "net/http"

func main() { http.ListenAndServe("VERSION", nil) }
`

// link builds a small server, changes a line, and returns how long it takes to
// build it again. The first build fills the cache, with the standard library if
// need be.
func (m Machine) link(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "ginreload-doctor-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	// Modules and the user's flags are the toolchain's business, and not this.
	env := append(m.Env[:len(m.Env):len(m.Env)], "GOFLAGS=", "GOWORK=off")
	var took time.Duration
	for _, version := range []string{"one", "two"} {
		text := strings.Replace(server, "VERSION", version, 1)
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o644); err != nil {
			return 0, err
		}
		start := time.Now()
		if _, err := m.Output(ctx, dir, env, "go", "build", "-ldflags=-s -w", "-o", "server", "main.go"); err != nil {
			return 0, err
		}
		took = time.Since(start)
	}
	return took, nil
}
