package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is a server that answers "/" with its greeting.
type program struct {
	name   string
	title  string                                      // what it is, for readers
	write  func(ctx context.Context, dir string) error // writes its module
	folder string                                      // of the main package, in the module
	edited string                                      // file with the greeting, in the module
}

// findProgram knows the three that differ in where the time goes, and any
// folder of the repository with a server that is like examples/gin.
func findProgram(name, root string) (program, error) {
	switch {
	case name == "gin":
		p, err := exampleProgram(filepath.FromSlash("examples/gin"), root)
		p.name, p.title = name, "a small Gin server"
		return p, err
	case name == "many":
		return program{name, "a server of many packages, edit deep inside", writeMany, ".", filepath.FromSlash(manyEdited)}, nil
	case name == "cgo":
		if _, err := exec.LookPath("gcc"); err != nil {
			return program{}, fmt.Errorf("cgo: gcc: %w; try: apt-get install gcc libc6-dev", errMissing)
		}
		from := os.DirFS(filepath.Join(root, filepath.FromSlash("internal/bench/testdata/cgo")))
		write := func(_ context.Context, dir string) error { return os.CopyFS(dir, from) }
		return program{name, "Gin, gorm and sqlite, with cgo", write, ".", "main.go"}, nil
	case strings.Contains(name, "/"):
		return exampleProgram(filepath.FromSlash(name), root)
	}
	return program{}, fmt.Errorf("unknown program %q: gin, many, cgo and folders like examples/supervised are known", name)
}

const modulePath = "github.com/ginreload/ginreload"

// exampleProgram is a folder of the repository in a module that may use the
// library.
func exampleProgram(folder, root string) (program, error) {
	module, err := moduleOf(filepath.Join(root, folder))
	if err != nil {
		return program{}, err
	}
	within, err := filepath.Rel(module, filepath.Join(root, folder))
	if err != nil {
		return program{}, err
	}
	write := func(ctx context.Context, dir string) error {
		if err := os.CopyFS(dir, os.DirFS(module)); err != nil {
			return fmt.Errorf("copy %s: %w", module, err)
		}
		edit := exec.CommandContext(ctx, "go", "mod", "edit", "-replace="+modulePath+"="+root)
		edit.Dir = dir
		if out, err := edit.CombinedOutput(); err != nil {
			return fmt.Errorf("point the copy of the example at %s: %w\n%s", root, err, out)
		}
		return nil
	}
	return program{filepath.Base(folder), filepath.ToSlash(folder), write, within, filepath.Join(within, "main.go")}, nil
}

// moduleOf is the folder with the go.mod that dir belongs to.
func moduleOf(dir string) (string, error) {
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
	}
	return "", fmt.Errorf("%s is in no module", dir)
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

// packages counts those that a program is made of, the standard library's too.
func packages(ctx context.Context, dir string) (int, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", ".")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		return 0, fmt.Errorf("list the packages in %s: %w", dir, err)
	}
	return strings.Count(string(out), "\n"), nil
}
