package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
)

// workspace is a copy of the program that one tool works on.
type workspace struct {
	folder  string // where the tool runs: that of the main package
	edited  string // file with the greeting
	outside string // folder on the same file system that nobody watches
	port    int
}

func newWorkspace(ctx context.Context, p program, dir string) (*workspace, error) {
	module := filepath.Join(dir, "module")
	if err := p.write(ctx, module); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	return &workspace{
		folder:  filepath.Join(module, p.folder),
		edited:  filepath.Join(module, p.edited),
		outside: dir,
		port:    port,
	}, nil
}

// greeting is what the programs answer, and what a save changes.
var greeting = regexp.MustCompile(`(const greeting = )"[^"]*"`)

// save changes the greeting the way careful editors do: a new file takes the
// place of the old one in one step. The new file comes from outside, so that
// there is exactly one change for a tool to see.
func (w *workspace) save(text string) error {
	source, err := os.ReadFile(w.edited)
	if err != nil {
		return err
	}
	if !greeting.Match(source) {
		return fmt.Errorf("%s has no const greeting to change", w.edited)
	}
	source = greeting.ReplaceAll(source, []byte(`${1}"`+text+`"`))
	written := filepath.Join(w.outside, "edited.new")
	if err := os.WriteFile(written, source, 0o644); err != nil {
		return err
	}
	return os.Rename(written, w.edited)
}

func (w *workspace) addr() string { return fmt.Sprintf("127.0.0.1:%d", w.port) }

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}
