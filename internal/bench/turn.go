package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	startWithin = 10 * time.Minute // the first build compiles all packages
	serveWithin = 90 * time.Second
	askEvery    = 5 * time.Millisecond
	askTimeout  = 10 * time.Second
	memoryEvery = 100 * time.Millisecond

	// around is how long the load runs before a save, and after the first new
	// answer, where the old program may still be dying.
	around = 300 * time.Millisecond
)

// turn is one save and what came of it.
type turn struct {
	took             time.Duration
	requests, failed int
	cpu              time.Duration // since the turn before, until the tool was at rest again
	memory           int64         // the most at a moment, in bytes
}

var errNotServed = errors.New("the new code does not answer")

// turn saves under load. The client that is the load is also the one that sees
// the new code answer: a second one would take processor time from the tool.
func (c *contestant) turn(ctx context.Context, text string) (turn, error) {
	loaded, endLoad := context.WithCancel(ctx)
	defer endLoad()
	client := newClient(c.addr(), text)
	var memory int64
	var memoryErr error
	var watching sync.WaitGroup
	watching.Go(func() { client.run(loaded) })
	watching.Go(func() { memory, memoryErr = c.Peak(loaded, memoryEvery) })

	took, err := c.timedSave(ctx, text, client.answered)
	endLoad()
	watching.Wait()
	if err := errors.Join(err, memoryErr); err != nil {
		return turn{}, err
	}
	before := c.used.CPU
	if c.used, err = c.Settle(ctx, settleWithin); err != nil {
		return turn{}, err
	}
	return turn{took, client.requests, client.failed, c.used.CPU - before, memory}, nil
}

func (c *contestant) timedSave(ctx context.Context, text string, answered <-chan time.Time) (time.Duration, error) {
	if err := rest(ctx); err != nil {
		return 0, err
	}
	saved := time.Now()
	if err := c.save(text); err != nil {
		return 0, err
	}
	patience := time.NewTimer(serveWithin)
	defer patience.Stop()
	select {
	case at := <-answered:
		return at.Sub(saved), rest(ctx)
	case <-patience.C:
		return 0, fmt.Errorf("%w within %v", errNotServed, serveWithin)
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func rest(ctx context.Context) error {
	timer := time.NewTimer(around)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// await asks until the answer is text.
func (w *workspace) await(ctx context.Context, text string, within time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("%w within %v", errNotServed, within))
	defer cancel()
	asking, enough := context.WithCancel(ctx)
	client := newClient(w.addr(), text)
	client.seen = enough
	client.run(asking)
	select {
	case <-client.answered:
		return nil
	default:
		return context.Cause(ctx)
	}
}
