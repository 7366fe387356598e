package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// airVersion is the one that the targets were measured with.
const airVersion = "v1.67.4"

// tool is a way to reload the program. Its command runs in the folder of the
// program, with PORT set.
type tool struct {
	name    string
	command []string
}

// errMissing is of a tool that is not installed: the others are measured.
var errMissing = errors.New("not installed")

// loop is what somebody without a tool writes. The binary lies outside of what
// is watched. inotifywait is started anew for each save, before the program is
// up again, so that its start is no part of what is measured.
const loop = `
build() { go build -ldflags='-s -w' -o "$1" .; }
build "$1" || exit 1
while :; do
	"$1" & app=$!
	inotifywait -qq -r -e close_write -e moved_to . || exit 1
	until build "$1"; do inotifywait -qq -r -e close_write -e moved_to . || exit 1; done
	kill $app; wait $app
done
`

// findTool makes the tool ready to run; root is that of the repository, and
// temp a folder for binaries.
func findTool(ctx context.Context, name string, o options, root, temp string) (tool, error) {
	switch name {
	case "ginreload":
		binary := filepath.Join(temp, "ginreload")
		build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/ginreload")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return tool{}, fmt.Errorf("build ginreload: %w\n%s", err, out)
		}
		return tool{name, []string{binary}}, nil
	case "air":
		path, err := exec.LookPath(o.air)
		if err != nil {
			return tool{}, fmt.Errorf("air: %w; try: go install github.com/air-verse/air@%s", errMissing, airVersion)
		}
		if path, err = filepath.Abs(path); err != nil {
			return tool{}, err
		}
		return tool{name, []string{path}}, nil
	case "loop":
		if _, err := exec.LookPath("inotifywait"); err != nil {
			return tool{}, fmt.Errorf("loop: inotifywait: %w; it is in the package inotify-tools", errMissing)
		}
		return tool{name, []string{"sh", "-c", loop, "loop", filepath.Join(temp, "loop")}}, nil
	}
	return tool{}, fmt.Errorf("unknown tool %q: ginreload, air and loop are known", name)
}

// findTools leaves out what is not installed, and says so.
func findTools(ctx context.Context, o options, root, temp string, stderr io.Writer) ([]tool, error) {
	var tools []tool
	for _, name := range o.tools {
		t, err := findTool(ctx, name, o, root, temp)
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

// findRoot looks for the root of the repository upwards from here.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "examples", "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no folder above this one has examples/go.mod; run this in the repository of ginreload")
		}
	}
}
