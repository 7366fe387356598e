package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tool is a way to reload the program. Its command runs in the folder of the
// program. PORT is where the program has to listen, BIN a file for the binary
// that nobody watches.
type tool struct {
	name    string
	command []string
}

// errMissing is of what is not installed: the others are measured.
var errMissing = errors.New("not installed")

// peers are the tools of others, each as its documentation shows it for a Go
// server. $0 is the command that it needs.
var peers = []struct{ name, needs, install, script string }{
	{"air", "air", "go install github.com/air-verse/air@v1.67.4", `exec "$0"`},
	{"reflex", "reflex", "go install github.com/cespare/reflex@v0.3.1",
		`exec "$0" -r '\.go$' -s -- sh -c 'go build -o "$BIN" . && exec "$BIN"'`},
	{"modd", "modd", "go install github.com/cortesi/modd/cmd/modd@v0.8.1", `
		cat >modd.conf <<-'end'
			**/*.go {
				prep: go build -o "$BIN" .
				daemon: "$BIN"
			}
		end
		exec "$0"`},
	{"entr", "entr", "apt-get install entr",
		`find . -name '*.go' | "$0" -n -r sh -c 'go build -o "$BIN" . && exec "$BIN"'`},
	// What somebody without a tool writes. inotifywait is started anew for each
	// save, before the program is up again, so that its start is no part of what
	// is measured.
	{"loop", "inotifywait", "apt-get install inotify-tools", `
		build() { go build -ldflags='-s -w' -o "$BIN" .; }
		change() { "$0" -qq -r -e close_write -e moved_to .; }
		build || exit 1
		while :; do
			"$BIN" & app=$!
			change || exit 1
			until build; do change || exit 1; done
			kill $app; wait $app
		done`},
}

// findTools leaves out what is not installed, and says so. Flags may follow the
// name of ginreload, so that it can be compared with itself.
func findTools(ctx context.Context, o options, root, temp string, stderr io.Writer) ([]tool, error) {
	var tools []tool
	for _, name := range o.tools {
		var t tool
		var err error
		if words := strings.Fields(name); len(words) > 0 && words[0] == "ginreload" {
			t, err = ginreload(ctx, name, words[1:], root, temp)
		} else {
			t, err = peer(ctx, name, o.air)
		}
		if errors.Is(err, errMissing) {
			fmt.Fprintf(stderr, "bench: %v (left out)\n", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		tools = append(tools, t)
	}
	if len(tools) == 0 {
		return nil, errors.New("no tool is left to measure")
	}
	return tools, nil
}

func ginreload(ctx context.Context, name string, flags []string, root, temp string) (tool, error) {
	binary := filepath.Join(temp, "ginreload")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/ginreload")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return tool{}, fmt.Errorf("build ginreload: %w\n%s", err, out)
	}
	return tool{name, append([]string{binary}, flags...)}, nil
}

func peer(ctx context.Context, name, air string) (tool, error) {
	var known []string
	for _, p := range peers {
		known = append(known, p.name)
		if p.name != name {
			continue
		}
		needs := p.needs
		if name == "air" && air != "" {
			needs = air
		}
		path, err := executable(ctx, needs)
		if err != nil {
			return tool{}, fmt.Errorf("%s: %s: %w; try: %s", name, needs, errMissing, p.install)
		}
		return tool{name, []string{"sh", "-c", p.script, path}}, nil
	}
	return tool{}, fmt.Errorf("unknown tool %q: ginreload (with flags, if you like), %s are known", name, strings.Join(known, ", "))
}

// executable looks where go install puts commands as well, which is not in
// every PATH.
func executable(ctx context.Context, name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		out, err := exec.CommandContext(ctx, "go", "env", "GOPATH").Output()
		if err != nil {
			return "", fmt.Errorf("ask go env for GOPATH: %w", err)
		}
		first, _, _ := strings.Cut(strings.TrimSpace(string(out)), string(os.PathListSeparator))
		if path, err = exec.LookPath(filepath.Join(first, "bin", name)); err != nil {
			return "", err
		}
	}
	return filepath.Abs(path)
}
