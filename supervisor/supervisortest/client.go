package supervisortest

import (
	"context"
	"time"
)

// client asks one request after the other. One goroutine runs it and owns all
// of it; the report reads its tally when that goroutine has ended.
type client struct {
	kind    Kind
	wait    time.Duration // before the first request
	think   time.Duration // between a response and the next request
	every   time.Duration // between the starts of two requests
	session session
	ledger  *ledger // of the session's POSTs; nil if it has none
	tally   tally
}

// session is how one kind of client asks.
type session interface {
	// ask asks one request and returns nil when it succeeded. The end of ctx,
	// which is that of the load, cuts no request short; it only ends a stream
	// that has no end of its own. What else is worth counting goes to t.
	ask(ctx context.Context, t *tally) *Failure
	hangUp()
}

func (c *client) run(ctx context.Context) {
	defer c.session.hangUp()
	pause(ctx, c.wait)
	for ctx.Err() == nil {
		start := time.Now()
		failure := c.session.ask(ctx, &c.tally)
		if failure != nil {
			failure.Kind, failure.At = c.kind, time.Now()
		}
		c.tally.count(time.Since(start), failure)

		switch {
		case c.every > 0:
			pause(ctx, c.every-time.Since(start))
		case failure != nil:
			// An outage should count by how long it lasts, not by how fast a
			// connection is refused.
			pause(ctx, max(c.think, afterFailure))
		default:
			pause(ctx, c.think)
		}
	}
}

// pause waits for d or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
