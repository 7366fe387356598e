package supervisor

import (
	"context"
	"time"
)

// Result says how an upgrade that succeeded went.
type Result struct {
	PID        int           // of the process that serves now
	Generation int           // its number
	Prepared   time.Duration // from the start of the process until it was ready to serve
	Total      time.Duration // from the request until it accepted, with the wait for an older drain
}

// upgradeRequest asks Run for an upgrade; reply has capacity 1.
type upgradeRequest struct {
	ctx   context.Context
	reply chan upgradeReply
}

type upgradeReply struct {
	result Result
	err    error
}

// Upgrade replaces this process by a new one from the binary that now stands
// at its path, and returns once that one serves; then this process drains, and
// Run returns when it is empty. On any failure this process serves on as
// before, and the error is an *UpgradeError, a *BackoffError or one of the
// package's Err values. The end of ctx calls off an upgrade that has not been
// committed.
func (s *Supervisor) Upgrade(ctx context.Context) (Result, error) {
	if s.flip == nil {
		return Result{}, ErrNotSupported
	}
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	if !running {
		return Result{}, ErrNotReady
	}
	req := upgradeRequest{ctx, make(chan upgradeReply, 1)}
	select {
	case s.requests <- req:
	case <-s.finished:
		return Result{}, ErrStopping
	case <-ctx.Done():
		return Result{}, context.Cause(ctx)
	}
	select {
	case r := <-req.reply:
		return r.result, r.err
	case <-s.finished:
		return Result{}, ErrStopping
	}
}
