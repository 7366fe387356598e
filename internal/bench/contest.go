package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/bench/job"
)

// contestant is a tool at work. Once its result has an error, it has no more
// turns.
type contestant struct {
	*workspace
	*job.Job
	output string // file with what it has printed
	used   job.Usage
	result Result
}

// settleWithin is how long the next tool waits for this one to be at rest, so
// that what a tool does after a reload is not at the expense of another.
const settleWithin = 10 * time.Second

// measureAll takes down all that it started before it returns.
func measureAll(ctx context.Context, o options, stderr io.Writer) (report *Report, err error) {
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
	report = &Report{Go: runtime.Version(), CPUs: runtime.NumCPU(), Saves: o.saves}
	for _, name := range o.programs {
		p, err := findProgram(name, root)
		if errors.Is(err, errMissing) {
			fmt.Fprintf(stderr, "bench: %v (left out)\n", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		contest, err := measure(ctx, p, tools, o.saves, filepath.Join(temp, p.name), stderr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		report.Contests = append(report.Contests, contest)
	}
	return report, nil
}

// measure has the tools take turns on one program. An error is of the contest;
// that of a tool is in its result.
func measure(ctx context.Context, p program, tools []tool, saves int, dir string, stderr io.Writer) (contest Contest, err error) {
	contest = Contest{Program: p.name, Title: p.title}
	var contestants []*contestant
	defer func() {
		for _, c := range contestants {
			err = errors.Join(err, c.Stop())
		}
	}()
	for i, t := range tools {
		c, err := start(ctx, t, p, filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			return contest, fmt.Errorf("%s: %w", t.name, err)
		}
		contestants = append(contestants, c)
		if err := c.judge(ctx, c.begin(ctx), stderr); err != nil {
			return contest, err
		}
	}
	// The first save of each is not counted: it fills caches. The order is drawn
	// anew each time, so that no tool always comes after the same one.
	for save := range saves + 1 {
		for _, i := range rand.Perm(len(contestants)) {
			c := contestants[i]
			if c.result.Error != "" {
				continue
			}
			turn, err := c.turn(ctx, fmt.Sprintf("hello from save %d", save))
			if err := c.judge(ctx, err, stderr); err != nil {
				return contest, err
			}
			if err == nil && save > 0 {
				c.result.add(turn)
				fmt.Fprintf(stderr, "bench: %s, save %d, %s: %v, %d of %d requests failed\n",
					p.name, save, c.result.Tool, turn.took.Round(time.Millisecond), turn.failed, turn.requests)
			}
		}
	}
	if contest.Packages, err = packages(ctx, contestants[0].folder); err != nil {
		return contest, err
	}
	for _, c := range contestants {
		contest.Results = append(contest.Results, c.result)
	}
	contest.compare()
	return contest, nil
}

const opening = "hello from the start"

// start does not wait for the program.
func start(ctx context.Context, t tool, p program, dir string) (*contestant, error) {
	w, err := newWorkspace(ctx, p, dir)
	if err != nil {
		return nil, err
	}
	if err := w.save(opening); err != nil {
		return nil, err
	}
	c := &contestant{workspace: w, output: filepath.Join(dir, "output"), result: Result{Tool: t.name}}
	output, err := os.Create(c.output)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	c.Job, err = job.Start(t.command, w.folder, slices.Concat(os.Environ(), []string{
		fmt.Sprintf("PORT=%d", w.port),
		"BIN=" + filepath.Join(dir, "app"),
	}), output)
	return c, err
}

// begin waits until the program answers for the first time.
func (c *contestant) begin(ctx context.Context) error {
	if err := c.await(ctx, opening, startWithin); err != nil {
		return err
	}
	var err error
	c.used, err = c.Settle(ctx, settleWithin)
	return err
}

// judge takes a contestant whose program does not answer out of the contest,
// and passes every other error on.
func (c *contestant) judge(ctx context.Context, err error, stderr io.Writer) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !errors.Is(err, errNotServed) {
		return err
	}
	c.result.Error = err.Error()
	fmt.Fprintf(stderr, "bench: %s: %v; its last output:\n%s\n", c.result.Tool, err, c.tail())
	return nil
}

// tail is the end of what the tool and its program printed, without the log of
// the requests.
func (c *contestant) tail() string {
	const keep = 20
	text, err := os.ReadFile(c.output)
	if err != nil {
		return err.Error()
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "[GIN] ")
	})
	return strings.Join(lines[max(0, len(lines)-keep):], "\n")
}
