package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// contestant is a tool at work.
type contestant struct {
	tool
	*workspace
	running *running
	result  Result
}

// measureAll takes down all that it started before it returns.
func measureAll(ctx context.Context, o options, stderr io.Writer) (results []Result, err error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "ginreload-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()

	tools, err := findTools(ctx, o, root, temp, stderr)
	if err != nil {
		return nil, err
	}
	var contestants []*contestant
	defer func() {
		for _, c := range contestants {
			err = errors.Join(err, c.running.stop())
		}
	}()
	for _, t := range tools {
		c, err := start(ctx, t, root, o.example, filepath.Join(temp, t.name+".d"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		contestants = append(contestants, c)
		fmt.Fprintf(stderr, "bench: %s answers\n", t.name)
	}
	// The first save of each is not counted: it fills caches.
	for i := range o.saves + 1 {
		for _, c := range contestants {
			turn, err := c.turn(ctx, fmt.Sprintf("hello from save %d with %s", i, c.name))
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				return nil, fmt.Errorf("%s, save %d: %w\nits last output:\n%s", c.name, i, err, c.running.tail())
			}
			if i > 0 {
				c.result.add(turn)
				fmt.Fprintf(stderr, "bench: save %d, %s: %v, %d of %d requests failed\n",
					i, c.name, turn.took.Round(time.Millisecond), turn.failed, turn.requests)
			}
		}
	}
	for _, c := range contestants {
		results = append(results, c.result)
	}
	compare(results)
	return results, nil
}

// start returns once the program has answered for the first time.
func start(ctx context.Context, t tool, root, example, dir string) (*contestant, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	w, err := newWorkspace(ctx, root, example, dir)
	if err != nil {
		return nil, err
	}
	first := "hello from the start of " + t.name
	if err := w.save(first); err != nil {
		return nil, err
	}
	r, err := launch(t.command, w.program, filepath.Join(dir, "output"), slices.Concat(os.Environ(), []string{
		fmt.Sprintf("PORT=%d", w.port),
	}))
	if err != nil {
		return nil, err
	}
	if err := w.await(ctx, first); err != nil {
		return nil, errors.Join(fmt.Errorf("%w\nits last output:\n%s", err, r.tail()), r.stop())
	}
	return &contestant{tool: t, workspace: w, running: r, result: Result{Tool: t.name}}, nil
}
