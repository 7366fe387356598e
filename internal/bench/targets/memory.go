package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/ginreload/ginreload/internal/bench/job"
)

// memory looks at what ginreload holds after a tenth, half, and all of the
// reloads.
func (b bench) memory(ctx context.Context) ([]Figure, error) {
	points := []int{max(1, b.reloads/10), max(2, b.reloads/2), b.reloads}
	// Whoever asks for goroutines ends ginreload, so the first figure of them is
	// that of a session of its own.
	early, err := b.hold(ctx, points[:1])
	if err != nil {
		return nil, err
	}
	held, err := b.hold(ctx, points)
	if err != nil {
		return nil, err
	}
	row := func(what, format string, value func(holding) any) Figure {
		var at, values []string
		for i, h := range held {
			at, values = append(at, strconv.Itoa(points[i])), append(values, fmt.Sprintf(format, value(h)))
		}
		return Figure{what + " after " + strings.Join(at, " / ") + " reloads", "flat", strings.Join(values, " / ")}
	}
	return []Figure{
		row("resident memory", "%.1f MB", func(h holding) any { return float64(h.memory) / 1e6 }),
		row("descriptors", "%d", func(h holding) any { return h.descriptors }),
		row("threads", "%d", func(h holding) any { return h.threads }),
		{fmt.Sprintf("goroutines after %d / %d reloads", points[0], points[2]), "flat",
			fmt.Sprintf("%d / %d", early[0].goroutines, held[2].goroutines)},
	}, nil
}

// holding is what a ginreload has at rest.
type holding struct {
	memory               int64
	descriptors, threads int
	goroutines           int // counted at the last point only
}

// hold looks each time that as many reloads as a point says are done.
func (b bench) hold(ctx context.Context, points []int) (held []holding, err error) {
	p, err := b.newProgram("")
	if err != nil {
		return nil, err
	}
	s, err := b.ready(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() {
		rest, stopErr := s.stop()
		for _, l := range rest {
			if strings.HasPrefix(l.text, "goroutine ") {
				held[len(held)-1].goroutines++
			}
		}
		err = errors.Join(err, stopErr)
	}()
	for reloads := 1; len(held) < len(points); reloads++ {
		if err := p.write("main.go", server(fmt.Sprint("hello ", reloads), "", "")); err != nil {
			return nil, err
		}
		if _, err := s.awaitKind(ctx, "reloaded"); err != nil {
			return nil, err
		}
		if reloads != points[len(held)] {
			continue
		}
		h, err := s.holding(ctx)
		if err != nil {
			return nil, err
		}
		held = append(held, h)
	}
	return held, s.printGoroutines()
}

func (s *session) holding(ctx context.Context) (h holding, err error) {
	if _, _, err := s.calm(ctx); err != nil {
		return h, err
	}
	own, err := job.Process(s.PID())
	if err != nil {
		return h, err
	}
	all, err := threads(s.PID())
	if err != nil {
		return h, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID()))
	return holding{memory: own.Memory, descriptors: len(open), threads: all.threads}, err
}

// printGoroutines has the runtime print the stacks of all goroutines and exit,
// which is what it does when it is asked to quit.
func (s *session) printGoroutines() error {
	process, err := os.FindProcess(s.PID())
	if err != nil {
		return err
	}
	if err := process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-s.Done()
	return nil
}
