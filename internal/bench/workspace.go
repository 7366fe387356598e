package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

const modulePath = "github.com/ginreload/ginreload"

// workspace is a copy of the module of the examples that one tool works on.
type workspace struct {
	program string // folder of the program within the copy
	outside string // folder on the same file system that nobody watches
	port    int
}

func newWorkspace(ctx context.Context, root, example, dir string) (*workspace, error) {
	module, err := moduleOf(filepath.Join(root, example))
	if err != nil {
		return nil, err
	}
	within, err := filepath.Rel(module, filepath.Join(root, example))
	if err != nil {
		return nil, err
	}
	copied := filepath.Join(dir, "module")
	if err := os.CopyFS(copied, os.DirFS(module)); err != nil {
		return nil, fmt.Errorf("copy %s: %w", module, err)
	}
	edit := exec.CommandContext(ctx, "go", "mod", "edit", "-replace="+modulePath+"="+root)
	edit.Dir = copied
	if out, err := edit.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("point the copy of the example at %s: %w\n%s", root, err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	return &workspace{program: filepath.Join(copied, within), outside: dir, port: port}, nil
}

// greeting is what the examples answer, and what a save changes.
var greeting = regexp.MustCompile(`(const greeting = )"[^"]*"`)

// save changes the greeting the way careful editors do: a new file takes the
// place of the old one in one step. The new file comes from outside, so that
// there is exactly one change for a tool to see.
func (w *workspace) save(text string) error {
	path := filepath.Join(w.program, "main.go")
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !greeting.Match(source) {
		return fmt.Errorf("%s has no const greeting to change", path)
	}
	source = greeting.ReplaceAll(source, []byte(`${1}"`+text+`"`))
	written := filepath.Join(w.outside, "main.go.new")
	if err := os.WriteFile(written, source, 0o644); err != nil {
		return err
	}
	return os.Rename(written, path)
}

func (w *workspace) addr() string { return fmt.Sprintf("127.0.0.1:%d", w.port) }

// moduleOf is the folder with the go.mod that dir belongs to.
func moduleOf(dir string) (string, error) {
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
	}
	return "", fmt.Errorf("%s is in no module", dir)
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}
