package cli

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ginreload/ginreload/builder"
)

// joint is a build for all services that are made of the same: what one of them
// has built since the last change is not built again for the others.
type joint struct {
	compile func(ctx context.Context, changed ...string) (builder.Result, error)
	turn    chan struct{}  // of all joints, with as much room as builds may run at a time
	changes *atomic.Uint64 // that were handed to the services

	mu     sync.Mutex // guards what follows, and in flights what is said there
	flight *flight    // the last one
	made   int        // programs published so far
}

// flight is one build.
type flight struct {
	changes uint64 // that are in it
	cancel  context.CancelFunc
	waiting int  // guarded by mu of the joint
	called  bool // off; guarded by mu of the joint
	done    chan struct{}

	// What follows is set when done is closed.
	result builder.Result
	err    error
	made   int
	waited time.Duration // for its turn
}

// share is what a service knows of a joint. It belongs to whoever builds.
type share struct {
	joint *joint
	got   int // the program that it was given last
}

// build builds, or takes what was built for another service. It returns how long
// it had to wait for other builds. When ctx is done it returns at once if the
// build is still wanted by another service, else when nothing of it runs.
func (s *share) build(ctx context.Context, changed []string) (builder.Result, time.Duration, error) {
	f := s.joint.board(changed)
	select {
	case <-f.done:
	case <-ctx.Done():
		if !s.joint.leave(f) {
			return builder.Result{Outcome: builder.Canceled}, 0, nil
		}
		<-f.done
	}
	result := f.result
	if result.Outcome == builder.Built || result.Outcome == builder.Same {
		result.Outcome = builder.Same
		if s.got != f.made {
			s.got, result.Outcome = f.made, builder.Built
		}
	}
	return result, f.waited, f.err
}

// board returns the flight for what is on disk now; changed are those files of it
// that a new one is for.
func (j *joint) board(changed []string) *flight {
	j.mu.Lock()
	defer j.mu.Unlock()
	changes := j.changes.Load()
	if f := j.flight; f != nil && f.changes == changes && !f.called {
		f.waiting++
		return f
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &flight{changes: changes, cancel: cancel, waiting: 1, done: make(chan struct{})}
	j.flight = f
	go j.fly(ctx, f, changed)
	return f
}

// leave calls f off, and returns true, if nobody else waits for it.
func (j *joint) leave(f *flight) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	f.waiting--
	if f.waiting > 0 {
		return false
	}
	f.called = true
	f.cancel()
	return true
}

func (j *joint) fly(ctx context.Context, f *flight, changed []string) {
	defer close(f.done)
	defer f.cancel()
	begun := time.Now()
	select {
	case j.turn <- struct{}{}:
		defer func() { <-j.turn }()
	case <-ctx.Done():
		f.result.Outcome = builder.Canceled
		return
	}
	f.waited = time.Since(begun)
	f.result, f.err = j.compile(ctx, changed...)
	j.mu.Lock()
	defer j.mu.Unlock()
	if f.result.Outcome == builder.Built {
		j.made++
	}
	f.made = j.made
}
