package supervisor

import (
	"net"
	"net/http"
	"os"
	"time"
)

// The deadline for reading that a connection has. The server sets it, and a
// drain puts an expired one in its place to wake a reader.

// past is a deadline that has expired.
var past = time.Unix(1, 0)

// errExpired is what a read meets whose deadline the socket does not know.
var errExpired = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}

// release asks the connection to leave for the next process. An idle reader is
// woken; a busy one leaves when it becomes idle.
func (c *conn) release() {
	c.leave.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.between() || c.kicked() {
		return
	}
	c.kicks.Add(1)
	c.allowLocked(past)
	// It may have become busy in the meantime without having seen that.
	if !c.between() {
		c.unkickLocked()
	}
}

// kicked reports whether an expired deadline of ours may stand in place of the
// server's.
func (c *conn) kicked() bool { return c.kicks.Load()%2 == 1 }

// unkick puts the server's own deadline back if ours has expired instead.
func (c *conn) unkick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unkickLocked()
}

func (c *conn) unkickLocked() {
	if c.kicked() {
		c.restoreLocked(c.deadline)
	}
}

// restoreLocked sets a deadline of the server, also in place of ours. Only then
// the kick is over: a read that met our deadline has to find that out.
func (c *conn) restoreLocked(d time.Time) error {
	err := c.allowLocked(d)
	if c.kicked() {
		c.kicks.Add(1)
	}
	return err
}

// allowLocked sets the deadline of the socket.
func (c *conn) allowLocked(d time.Time) error {
	if !d.IsZero() {
		c.timed.Store(true)
		return c.raw.SetReadDeadline(d)
	}
	err := c.raw.SetReadDeadline(d)
	c.timed.Store(c.resting)
	return err
}

func (c *conn) setReadDeadline(d time.Time) error {
	state := http.ConnState(c.state.Load())
	if state == http.StateNew || state == http.StateIdle {
		c.asked.Add(1)
	}
	if c.spare(d, state) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resting {
		c.late, d = time.Until(d), c.deadline // negative for a zero d
	}
	c.deadline = d
	c.expired.Store(false)
	return c.restoreLocked(d)
}

// spare reports whether the server can have d without the socket, which costs
// more than everything else that is done for a request here. With each request
// net/http takes away three times a deadline that there is not, and once, to end
// its reading ahead, it sets one that has expired, mostly before that read has
// begun. A read counts itself and then looks whether the deadline has expired,
// here it is the other way round, so one of them sees the other.
func (c *conn) spare(d time.Time, state http.ConnState) bool {
	switch {
	case state == http.StateHijacked || c.gone.Load():
		return false // its owner may read past us; an error is due
	case d.IsZero():
		if c.expired.Load() {
			c.expired.Store(false)
		}
		return !c.timed.Load()
	case state == http.StateActive && !d.After(past):
		c.expired.Store(true)
		return c.readers.Load() == 0
	}
	return false
}

func (c *conn) setDeadline(d time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = d
	c.expired.Store(false)
	if err := c.restoreLocked(d); err != nil {
		return err
	}
	return c.raw.SetWriteDeadline(d)
}
