package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/bench/job"
)

// idleness leaves ginreload alone.
func (b bench) idleness(ctx context.Context) (figures []Figure, err error) {
	p, err := b.newProgram("")
	if err != nil {
		return nil, err
	}
	s, err := b.ready(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() {
		_, stopErr := s.stop()
		err = errors.Join(err, stopErr)
	}()
	cost, err := s.leaveAlone(ctx, b.idle)
	if err != nil {
		return nil, err
	}
	return []Figure{{fmt.Sprintf("CPU of an idle ginreload over %v", b.idle), "0.0 s", cost}}, nil
}

// restFirst is for the Go runtime, which gives memory back for a while after
// there was something to do.
const restFirst = 5 * time.Second

// leaveAlone says what ginreload did meanwhile, and all processes together.
func (s *session) leaveAlone(ctx context.Context, idle time.Duration) (string, error) {
	type state struct {
		own, all job.Usage
		threads  activity
	}
	look := func() (now state, err error) {
		var errs [3]error
		now.own, errs[0] = job.Process(s.PID())
		now.all, errs[1] = s.Usage()
		now.threads, errs[2] = threads(s.PID())
		return now, errors.Join(errs[:]...)
	}
	if err := pause(ctx, restFirst); err != nil {
		return "", err
	}
	before, err := look()
	if err != nil {
		return "", err
	}
	if err := pause(ctx, idle); err != nil {
		return "", err
	}
	after, err := look()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.2f s (on a processor for %v, woken %d times); with the program %.2f s",
		(after.own.CPU - before.own.CPU).Seconds(),
		(after.threads.running - before.threads.running).Round(time.Microsecond), after.threads.woken-before.threads.woken,
		(after.all.CPU - before.all.CPU).Seconds()), nil
}

func pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// activity is of the threads that a process has now.
type activity struct {
	running time.Duration
	woken   int
	threads int
}

func threads(pid int) (activity, error) {
	var sum activity
	folders, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task", "*"))
	if err != nil {
		return sum, err
	}
	for _, folder := range folders {
		stat, statErr := os.ReadFile(filepath.Join(folder, "schedstat"))
		status, err := os.ReadFile(filepath.Join(folder, "status"))
		if err := errors.Join(statErr, err); err != nil {
			return sum, fmt.Errorf("look at a thread of %d: %w", pid, err)
		}
		sum.threads++
		nanoseconds, _, _ := strings.Cut(string(stat), " ")
		n, err := strconv.ParseInt(nanoseconds, 10, 64)
		if err != nil {
			return sum, fmt.Errorf("read %s/schedstat: %w", folder, err)
		}
		sum.running += time.Duration(n)
		_, behind, _ := strings.Cut(string(status), "\nvoluntary_ctxt_switches:")
		first, _, _ := strings.Cut(behind, "\n")
		woken, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil {
			return sum, fmt.Errorf("read %s/status: %w", folder, err)
		}
		sum.woken += woken
	}
	return sum, nil
}
