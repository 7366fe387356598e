package watcher

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o644))
	var root *RootError
	for name, c := range map[string]struct {
		opts   Options
		isRoot bool
	}{
		"nothing":       {Options{}, false},
		"relative root": {Options{Roots: []string{"."}}, false},
		"relative file": {Options{Files: []string{"x"}}, false},
		"no such root":  {Options{Roots: []string{file + "2"}}, true},
		"root is file":  {Options{Roots: []string{file}}, true},
	} {
		for _, on := range origins {
			on.set(&c.opts)
			if _, err := New(c.opts); err == nil || errors.As(err, &root) != c.isRoot {
				t.Errorf("%s, %s: got %v", name, on.name, err)
			}
		}
	}
	if !errors.Is(root, fs.ErrNotExist) && root.Root != file {
		t.Errorf("got %v", root)
	}
}

func TestCloseWithoutRun(t *testing.T) { eachOrigin(t, closeWithoutRun) }

func closeWithoutRun(t *testing.T, on origin) {
	w, err := New(Options{Roots: []string{t.TempDir()}, Poll: on.polls})
	must(t, err)
	must(t, w.Close())
	must(t, w.Close())
	if _, ok := <-w.Changes(); ok {
		t.Error("Changes is not closed")
	}
	if err := w.Run(t.Context()); err == nil {
		t.Error("Run after Close succeeds")
	}
}

func TestRunIsCalledOnce(t *testing.T) { eachOrigin(t, runIsCalledOnce) }

func runIsCalledOnce(t *testing.T, on origin) {
	r := on.watch(t, files{"x.go": "x"})
	r.expectNothing()
	if err := r.w.Run(t.Context()); err == nil {
		t.Error("a second Run succeeds")
	}
	must(t, r.w.Close())
	r.write("x.go", "2")
	r.expect("write x.go")
}

func TestRunEndsWithASetThatNobodyTook(t *testing.T) { eachOrigin(t, runEndsWithASetThatNobodyTook) }

func runEndsWithASetThatNobodyTook(t *testing.T, on origin) {
	w, err := New(Options{Roots: []string{t.TempDir()}, Poll: on.polls})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, w.Run(ctx))
	if _, ok := <-w.Changes(); ok {
		t.Error("Changes is not closed")
	}
}

func TestChangesBeforeRunAreSeen(t *testing.T) { eachOrigin(t, changesBeforeRunAreSeen) }

func changesBeforeRunAreSeen(t *testing.T, on origin) {
	dir := t.TempDir()
	files{"x.go": "x"}.write(t, dir)
	w, err := New(Options{Roots: []string{dir}, Poll: on.polls})
	must(t, err)
	files{"x.go": "2", "a/b/y.go": "y"}.write(t, dir)
	r := &rig{T: t, dir: dir, w: w, done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	go r.run(ctx)
	if got := r.show(r.next()); got != "create a/b/y.go, write x.go" {
		t.Errorf("got %s", got)
	}
	cancel()
	must(t, <-r.done)
}
