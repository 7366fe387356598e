package supervisor

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// conns is the table of the open connections of all listeners.
type conns struct {
	mu      sync.Mutex // guards all below
	open    map[*conn]struct{}
	next    *successor    // where connections move to, nil for nowhere
	since   time.Time     // begin of the drain, zero outside of one
	changed chan struct{} // capacity 1: something ended or became idle during a drain
}

// census counts the open connections by what a drain has to do about them.
type census struct {
	fresh    int // a request that has not arrived in full, or not begun on a new connection
	idle     int // between requests
	active   int // a request in flight, or HTTP/2
	hijacked int // WebSocket and the like

	lastIdle time.Time // when the last one of the idle became so
}

func (n census) total() int { return n.fresh + n.idle + n.active + n.hijacked }

var errNowhere = errors.New("no process to move to")

func newConns() *conns {
	return &conns{open: make(map[*conn]struct{}), changed: make(chan struct{}, 1)}
}

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
	delete(t.open, c)
	t.pokeLocked()
	t.mu.Unlock()
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
	return next.take(c, held)
}

// movable reports whether c is going to the next process once it is clean.
func (t *conns) movable(c *conn) bool {
	t.mu.Lock()
	next := t.next
	t.mu.Unlock()
	return next != nil && next.serves(c.origin.name) && !c.pinned.Load()
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
// can move are told to.
func (t *conns) drain(next *successor) {
	t.mu.Lock()
	t.since, t.next = time.Now(), next
	open := make([]*conn, 0, len(t.open))
	for c := range t.open {
		open = append(open, c)
	}
	t.mu.Unlock()
	if next == nil {
		return
	}
	for _, c := range open {
		c.release()
	}
}

// resume ends a drain that was called off.
func (t *conns) resume() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since, t.next = time.Time{}, nil
	for c := range t.open {
		c.leave.Store(false)
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

func (t *conns) count() census {
	t.mu.Lock()
	defer t.mu.Unlock()
	var n census
	for c := range t.open {
		switch http.ConnState(c.state.Load()) {
		case http.StateNew:
			n.fresh++
		case http.StateIdle:
			since, begun := c.requested()
			if begun {
				n.fresh++
				continue
			}
			n.idle++
			if since.After(n.lastIdle) {
				n.lastIdle = since
			}
		case http.StateHijacked:
			n.hijacked++
		default:
			n.active++
		}
	}
	return n
}

// cut closes what is left and returns how many of them had work in flight.
func (t *conns) cut() int {
	t.mu.Lock()
	open := make([]*conn, 0, len(t.open))
	for c := range t.open {
		open = append(open, c)
	}
	t.mu.Unlock()
	busy := 0
	for _, c := range open {
		switch http.ConnState(c.state.Load()) {
		case http.StateActive, http.StateHijacked:
			busy++
		}
		c.close()
	}
	return busy
}
