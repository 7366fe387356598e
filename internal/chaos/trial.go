//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"
)

// trial is one run of a case. As with testing.T, a case says failf where it
// cannot go on, which ends it; so a case reads as what happens in it.
type trial struct {
	ctx    context.Context
	binary string     // the program: this command
	slack  float64    // by which things may take longer
	rng    *rand.Rand // of the goroutine that runs the case

	services []*service
	cleanups []func()
	folders  []string

	spawned sync.WaitGroup // all goroutines of the case
	mu      sync.Mutex     // guards errs
	errs    []error        // of goroutines of the case
}

// failure is what failf panics with.
type failure struct{ error }

// patience is how long a case waits for an event that has to come.
const patience = 20 * time.Second

// failf ends the case, or the goroutine of it that calls this.
func (t *trial) failf(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// must ends the case if err is not nil.
func (t *trial) must(err error, what string) {
	if err != nil {
		t.failf("%s: %w", what, err)
	}
}

// caught turns the end of f in failf into an error.
func caught(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			err = f.error
		}
	}()
	f()
	return nil
}

// run runs the case, then asks its services for the invariants, and leaves
// nothing behind.
func (t *trial) run(f func(*trial) string) (figure string, err error) {
	err = caught(func() { figure = f(t) })
	t.clean() // first, as goroutines of the case may wait for what is ended here
	ctx, cancel := context.WithCancel(t.ctx)
	t.ctx = ctx
	if err != nil {
		cancel() // what still waits gives up
	}
	t.spawned.Wait()
	t.mu.Lock()
	err = errors.Join(append([]error{err}, t.errs...)...)
	t.mu.Unlock()
	for _, s := range t.services {
		if err == nil {
			err = caught(s.done)
		}
		s.kill()
	}
	cancel()
	for _, dir := range t.folders {
		if os.Remove(dir) != nil { // which suffices for a cgroup, and is all that it allows
			os.RemoveAll(dir)
		}
	}
	if err != nil {
		return "", err
	}
	return figure + "; " + watched(t.services), nil
}

// atEnd calls f when the case is over, the last first.
func (t *trial) atEnd(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *trial) clean() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
}

// spawn runs f beside the case; its failure is that of the case. wait waits
// for it, and the end of the trial does.
func (t *trial) spawn(f func()) (wait func()) {
	done := make(chan struct{})
	t.spawned.Go(func() {
		defer close(done)
		if err := caught(f); err != nil {
			t.mu.Lock()
			t.errs = append(t.errs, err)
			t.mu.Unlock()
		}
	})
	return func() { <-done }
}

// together runs f for 0 to n-1 at the same time and waits for all.
func (t *trial) together(n int, f func(i int)) {
	waits := make([]func(), n)
	for i := range n {
		waits[i] = t.spawn(func() { f(i) })
	}
	for _, wait := range waits {
		wait()
	}
}

// pause waits for d. Only what has no event is waited for so: a moment that is
// meant to be at random, and the pace of a client.
func (t *trial) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
		t.failf("the time of the case is up: %w", context.Cause(t.ctx))
	}
}

// within ends the case if something took longer than it may, which is longer on
// a machine that is busy with other things.
func (t *trial) within(limit, took time.Duration, what string) {
	if allowed := time.Duration(float64(limit) * t.slack); took > allowed {
		t.failf("%s after %v, want %v", what, took, allowed)
	}
}

// until looks every few milliseconds, and ends the case if cond does not come
// true in time.
func (t *trial) until(limit time.Duration, what string, cond func() bool) time.Duration {
	begun := time.Now()
	for !cond() {
		if time.Since(begun) > limit {
			t.failf("after %v: not %s", limit, what)
		}
		t.pause(2 * time.Millisecond)
	}
	return time.Since(begun)
}

// moment is a random time up to limit.
func (t *trial) moment(limit time.Duration) time.Duration {
	return time.Duration(t.rng.Int64N(int64(limit)))
}

// folder makes a folder with a short path, as a unix socket wants one.
func (t *trial) folder() string {
	dir, err := os.MkdirTemp("", "chaos")
	t.must(err, "make a folder")
	t.folders = append(t.folders, dir)
	return dir
}

func (t *trial) said() string {
	var b strings.Builder
	for _, s := range t.services {
		b.WriteString(s.out.String())
	}
	text := b.String()
	return text[max(0, len(text)-8000):]
}
