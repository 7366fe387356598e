//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// buildApp builds a program of testdata/apps, each of which is a module of its
// own, to path.
func buildApp(ctx context.Context, name, path string) (output string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, ".")
	build.Dir = filepath.Join(root, "testdata", "apps", name)
	text, err := build.CombinedOutput()
	return string(text), err
}

// moduleRoot is found from the folder in which the command was started.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "testdata", "apps")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("find testdata/apps: run this in the repository")
		}
	}
	return "", err
}
