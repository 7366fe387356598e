package project

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Errors for which Find has advice of its own.
var (
	// ErrNoModule says that neither the folder nor one above it is in a module.
	ErrNoModule = errors.New("no go.mod here or in a folder above")
	// ErrNoMain says that there is no main package.
	ErrNoMain = errors.New("no main package here or below ./cmd")
)

// Several says that the choice between main packages is the user's.
type Several struct {
	Packages []string // as go build takes them: "./cmd/api"
}

func (e *Several) Error() string {
	return fmt.Sprintf("several main packages: %s", strings.Join(e.Packages, ", "))
}

// Missing says that a main package was named that is not there.
type Missing struct {
	Package string // as it was named
}

func (e *Missing) Error() string {
	what := "folder"
	if strings.HasSuffix(e.Package, ".go") {
		what = "file"
	}
	return fmt.Sprintf("no package %s: there is no such %s", e.Package, what)
}

// Named checks that a main package which was named by its path is there. What
// is in it may change with the next save, and a package that was named by its
// import path is the go command's business.
func Named(dir, pkg string) error {
	path := filepath.FromSlash(pkg)
	switch {
	case filepath.IsAbs(path):
	case strings.HasPrefix(pkg, "."), strings.HasSuffix(pkg, ".go"):
		path = filepath.Join(dir, path)
	default:
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return &Missing{pkg}
	}
	return nil
}

// Main returns the main package to build in dir, as go build takes it: the one
// in dir, else the only one below dir/cmd. The go command is looked up in PATH.
func Main(ctx context.Context, dir string, env []string) (string, error) {
	s, err := Seek(ctx, dir, env)
	if err != nil {
		return "", err
	}
	return s.Main()
}

// Search is what Main does, under way.
type Search struct {
	dir            string
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

// Seek begins with what Main does, for whoever has other work meanwhile. The Search
// is nil with an error, such as ErrNoModule; else its Main has to be called, once.
//
// It asks for names only (-find), so that neither imports nor the network are
// needed; packages with errors are listed too (-e).
func Seek(ctx context.Context, dir string, env []string) (*Search, error) {
	if !inModule(dir) {
		return nil, ErrNoModule
	}
	s := &Search{dir: dir, cmd: exec.CommandContext(ctx, "go", "list", "-find", "-e", "-json=Name,Dir", ".", "./cmd/...")}
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = dir, env, &s.stdout, &s.stderr
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return s, nil
}

// Main waits for the answer.
func (s *Search) Main() (string, error) {
	found, err := s.packages()
	if err != nil {
		return "", err
	}
	var below []string
	for _, p := range found {
		rel, err := filepath.Rel(s.dir, p.Dir)
		if p.Name != "main" || err != nil {
			continue
		}
		if rel == "." {
			return ".", nil
		}
		below = append(below, "./"+filepath.ToSlash(rel))
	}
	switch len(below) {
	case 0:
		return "", ErrNoMain
	case 1:
		return below[0], nil
	}
	return "", &Several{below}
}

type pkg struct{ Name, Dir string }

func (s *Search) packages() ([]pkg, error) {
	if err := s.cmd.Wait(); err != nil {
		if text := strings.TrimSpace(s.stderr.String()); text != "" {
			err = errors.New(text)
		}
		return nil, fmt.Errorf("list packages: %w", err)
	}
	var all []pkg
	for dec := json.NewDecoder(&s.stdout); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("list packages: read the go command's answer: %w", err)
		}
		all = append(all, p)
	}
}

func inModule(dir string) bool { return moduleRoot(dir) != "" }

// Root returns the folder whose files the packages in dir can be made of: that
// of the module or workspace around it, or dir itself.
func Root(dir string) string {
	if root := moduleRoot(dir); root != "" {
		return root
	}
	return dir
}

// moduleRoot is the folder with the next go.mod or go.work, dir or above.
func moduleRoot(dir string) string {
	for {
		for _, name := range []string{"go.mod", "go.work"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
				return dir
			}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
