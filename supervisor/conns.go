package supervisor

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// conns is the table of the open connections of all listeners.
type conns struct {
	born time.Time // when its clock began

	mu      sync.Mutex // guards all below
	open    map[*conn]struct{}
	next    *successor      // where connections move to, nil for nowhere
	since   time.Time       // begin of the drain, zero outside of one
	cause   error           // of the drain
	ctx     context.Context // of the hooks; ends with the drain
	calls   int             // hooks, closes and graceful servers that have yet to end
	changed chan struct{}   // capacity 1: something ended or became idle during a drain
	report  DrainReport     // of the last drain, but for its tallies
	done    tally           // what it finished
	lost    tally           // what it cut
}

// census counts the open connections by what a drain has to do about them.
type census struct {
	fresh    int // a request that has not arrived in full, or not begun on a new connection
	idle     int // between requests
	active   int // a request in flight, or HTTP/2
	hijacked int // WebSocket and the like
	calls    int // hooks, closes and graceful servers that have yet to end

	next time.Time // when the first of the idle or of those with a hook has its turn, zero for never
}

func (n census) total() int { return n.fresh + n.idle + n.active + n.hijacked }

// at makes sure that the drain looks again at t.
func (n *census) at(t time.Time) {
	if n.next.IsZero() || t.Before(n.next) {
		n.next = t
	}
}

var errNowhere = errors.New("no process to move to")

func newConns() *conns {
	return &conns{born: time.Now(), open: make(map[*conn]struct{}), changed: make(chan struct{}, 1)}
}

// clock is read for each request. It costs half of what time.Now does, which
// reads two.
func (t *conns) clock() time.Duration { return time.Since(t.born) }

func (t *conns) add(c *conn) {
	t.mu.Lock()
	t.open[c] = struct{}{}
	moving := t.next != nil
	t.mu.Unlock()
	// A connection that accept returned while the listener was being parked.
	if moving {
		c.leave.Store(true)
	}
}

func (t *conns) remove(c *conn) {
	if c.gone.Swap(true) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, c)
	c.hooks = nil
	if t.since.IsZero() {
		return
	}
	if flights, hijacked := c.underWay(); hijacked {
		for _, f := range flights {
			t.done.add(f, true, t.clock())
		}
	}
	t.pokeLocked()
}

// move passes c to the next process. It stays in the table until the server
// closes its copy, which it does next.
func (t *conns) move(c *conn, held []byte) error {
	t.mu.Lock()
	next := t.next
	t.mu.Unlock()
	if next == nil {
		return errNowhere
	}
	if err := next.take(c, held); err != nil {
		return err
	}
	t.mu.Lock()
	t.report.Moved++
	t.mu.Unlock()
	return nil
}

// told reports whether the client of c is to be told with its response that the
// connection ends.
func (t *conns) told(c *conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.movableLocked(c) && !time.Now().Before(c.turn)
}

// movableLocked reports whether c is going to the next process once it is clean.
func (t *conns) movableLocked(c *conn) bool {
	return t.next != nil && t.next.serves(c.origin.name) && !c.pinned.Load()
}

// settle ends the moving: what is still here stays. A successor that no longer
// reads must not hold up those that are sent to it, because a connection cannot
// be closed meanwhile.
func (t *conns) settle() {
	t.mu.Lock()
	next := t.next
	t.next = nil
	t.mu.Unlock()
	if next != nil {
		next.ctl.expire()
	}
}

// drain starts the accounting of a drain. With a successor, connections that
// can move are told to; the others get their turns.
func (t *conns) drain(ctx context.Context, next *successor, cause error, spread func(n int) time.Duration) {
	t.mu.Lock()
	t.since, t.next, t.cause, t.ctx = time.Now(), next, cause, ctx
	t.done, t.lost = make(tally), make(tally)
	t.report = DrainReport{Cause: causeText(cause), Began: t.since}
	open := make([]*conn, 0, len(t.open))
	for c := range t.open {
		open = append(open, c)
	}
	t.queueLocked(open, spread)
	t.mu.Unlock()
	if next == nil {
		return
	}
	for _, c := range open {
		c.release()
	}
}

// queueLocked spreads the turns of the connections whose clients come back, as
// evenly as can be: all at once they would be a crowd at the door of the next
// process, each with a handshake to make.
func (t *conns) queueLocked(open []*conn, spread func(n int) time.Duration) {
	var queue []*conn // in the order of a map, which is random
	for _, c := range open {
		if c.turn = t.since; len(c.hooks) > 0 || !t.movableLocked(c) {
			queue = append(queue, c)
		}
	}
	over := spread(len(queue))
	for i, c := range queue {
		c.turn = t.since.Add(over * time.Duration(i) / time.Duration(len(queue)))
	}
}

// hurry makes it everybody's turn.
func (t *conns) hurry() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.open {
		c.turn = t.since
	}
	t.pokeLocked()
}

// resume ends a drain that was called off.
func (t *conns) resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.overLocked()
	t.since, t.next = time.Time{}, nil
	for c := range t.open {
		c.leave.Store(false)
		c.turn = time.Time{}
	}
}

// changedState tells a drain that a connection may have become free.
func (t *conns) changedState() {
	t.mu.Lock()
	t.pokeLocked()
	t.mu.Unlock()
}

func (t *conns) pokeLocked() {
	if t.since.IsZero() {
		return
	}
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// tend counts the open connections, calls the hooks of those whose turn has
// come, and closes what has been idle for the grace since then. HTTP/2 gets a
// GOAWAY instead, which net/http sends with Shutdown only.
func (t *conns) tend(grace time.Duration) census {
	now := time.Now()
	var due, over []*conn
	t.mu.Lock()
	n := census{calls: t.calls}
	for c := range t.open {
		switch {
		case len(c.hooks) == 0:
		case c.turn.After(now):
			n.at(c.turn)
		default:
			due = append(due, c)
		}
		switch http.ConnState(c.state.Load()) {
		case http.StateNew:
			n.fresh++
		case http.StateIdle:
			since, begun := c.requested()
			if begun {
				n.fresh++
				continue
			}
			if since.Before(c.turn) {
				since = c.turn
			}
			switch end := since.Add(grace); {
			case end.After(now):
				n.at(end)
			case c.http2.Load() || t.movableLocked(c):
				continue
			default:
				over = append(over, c)
			}
			n.idle++
		case http.StateHijacked:
			n.hijacked++
		default:
			n.active++
		}
	}
	t.mu.Unlock()
	for _, c := range due {
		t.turn(c, t.cause)
	}
	for _, c := range over {
		if t.closeIdle(c) {
			n.calls++
		}
	}
	return n
}

// closeIdle begins to close c, unless a request has come in the meantime.
func (t *conns) closeIdle(c *conn) bool {
	c.mu.Lock()
	idle := http.ConnState(c.state.Load()) == http.StateIdle && c.asked.Load() <= 1 && !c.released
	outer := c.outer
	c.released = c.released || idle
	c.mu.Unlock()
	if !idle {
		return false
	}
	done := t.call()
	t.mu.Lock()
	t.report.Released++
	t.mu.Unlock()
	// TLS says so to the client, for which crypto/tls takes up to five seconds.
	go func() {
		defer done()
		outer.Close()
	}()
	return true
}

// giveUp closes connections whose first request has not arrived, or whose next
// one has begun to and did not. Shutdown would, but only when they are five
// seconds old (golang/go#22682), and without a word about what had been sent.
// It returns how many of them had sent something.
func (t *conns) giveUp() (begun int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	for c := range t.open {
		_, half := c.requested()
		switch http.ConnState(c.state.Load()) {
		case http.StateNew:
			half = c.begun.Load()
		case http.StateIdle:
			if !half {
				continue
			}
		default:
			continue
		}
		if c.gone.Swap(true) {
			continue
		}
		delete(t.open, c)
		c.raw.Close()
		if !half {
			t.report.Released++
			continue
		}
		begun++
		t.lost.add(flight{path: "listener " + c.origin.name + ", request not complete", since: c.accepted}, false, now)
	}
	return begun
}

// cut closes what is left and returns how many of them had work in flight.
func (t *conns) cut() int {
	t.mu.Lock()
	open := make([]*conn, 0, len(t.open))
	for c := range t.open {
		open = append(open, c)
	}
	t.mu.Unlock()
	busy, now := 0, t.clock()
	for _, c := range open {
		if c.gone.Swap(true) {
			continue
		}
		flights, hijacked := c.underWay()
		if len(flights) > 0 {
			busy++
		}
		t.turn(c, ErrAborted)
		t.mu.Lock()
		delete(t.open, c)
		for _, f := range flights {
			t.lost.add(f, hijacked, now)
		}
		t.mu.Unlock()
		c.raw.Close()
	}
	return busy
}
