package relay

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// conn is a client connection. Its own goroutine, run, reads from the client
// and alone dials and replaces upstreams; for each upstream there is one, pump,
// that reads from it and writes to the client.
type conn struct {
	relay  *Relay
	client net.Conn
	in     buffer // run's

	mu     sync.Mutex // guards all below, and is not held while anything blocks
	up     *upstream  // written by run, nil before the first bytes
	rest   bool       // the last byte that moved was one of an answer
	answer answer     // the last one of up
	timed  bool       // the client's bytes are waited for with a limit
	over   bool       // cut was called
}

func newConn(r *Relay, client net.Conn) *conn {
	return &conn{relay: r, client: client, in: buffer{spare: &r.spare}}
}

func (c *conn) run() {
	defer c.relay.left(c)
	defer c.in.release()
	defer c.close()
	held := 0 // bytes that may become a request
	for {
		p, err := c.in.read(c.client, held)
		if len(p) > 0 {
			next := c.route(p, err == nil)
			if held = 0; next == wait {
				held = len(p)
				continue
			}
			if !c.send(p, next) {
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			c.finish()
			return
		case errors.Is(err, os.ErrDeadlineExceeded) && !c.lingers():
		default:
			return
		}
		c.in.done(p)
	}
}

// way is where bytes of the client go.
type way int

const (
	stay way = iota // to the upstream that there is
	move            // to a new one
	wait            // that is not known yet
)

// route decides about p, which the client has sent. Unless more may follow, it
// does not wait.
func (c *conn) route(p []byte, more bool) way {
	c.mu.Lock()
	defer c.mu.Unlock()
	up := c.up
	if up == nil || up.gone {
		c.untimeLocked()
		return move
	}
	if up.ended {
		return stay
	}
	next := stay
	if c.rest && c.staleLocked() {
		switch LooksLikeRequest(p) {
		case Yes:
			next = move
			up.leaving = true
		case NotYet:
			if more {
				c.timed = true
				c.client.SetReadDeadline(time.Now().Add(c.relay.patience))
				return wait
			}
		}
	}
	if c.rest && next == stay {
		c.rest = false
		c.answer.begin(p)
	}
	c.untimeLocked()
	return next
}

func (c *conn) untimeLocked() {
	if c.timed {
		c.timed = false
		c.client.SetReadDeadline(time.Time{})
	}
}

// send passes p on. It reports false when there is nobody to take it. Why a
// write fails is what pump reads, perhaps after an answer; until then, what the
// client sends is thrown away, since a client that is closed while it sends may
// lose the answer.
func (c *conn) send(p []byte, next way) bool {
	if next == move {
		if p = p[leading(p):]; len(p) == 0 {
			return true
		}
		if !c.replace(p) {
			return false
		}
	}
	c.up.conn.Write(p)
	return true
}

// replace dials the generation that serves now for a request that begins with
// p. It reports false when there is no upstream in the end, neither a new one
// nor the old.
func (c *conn) replace(p []byte) bool {
	up, err := c.relay.connect()
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.up == nil || c.up.gone {
			return false
		}
		c.up.leaving, c.rest = false, false
		c.answer.begin(p)
		return true
	}
	if c.up != nil {
		c.drop(c.up)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.up, c.rest = up, false
	c.answer.begin(p)
	go c.pump(up)
	if c.over {
		up.conn.Close() // cut did not see it
	}
	return !c.over
}

// finish sees the answer through to a client that sends no more.
func (c *conn) finish() {
	c.mu.Lock()
	up := c.up
	idle := up == nil || up.gone || up.ended || c.rest && c.answer.complete()
	c.mu.Unlock()
	if idle {
		return
	}
	closeWrite(up.conn)
	<-up.done
}

// close comes last. The client goes first, since pump may be writing to it.
func (c *conn) close() {
	shut(c.client)
	if c.up != nil {
		c.drop(c.up)
	}
}

// drop closes up and returns when pump has ended.
func (c *conn) drop(up *upstream) {
	up.conn.Close()
	<-up.done
	if !up.gone {
		c.relay.disown(up.addr)
	}
}

// cut makes run end, whatever it is waiting for.
func (c *conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	shut(c.client)
	if c.up != nil {
		c.up.conn.Close()
	}
}

// lingers reports whether the client is to be closed when its time is over: it
// was told the end of its upstream, or nobody has taken the place of that.
func (c *conn) lingers() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.up == nil || !c.up.gone {
		return c.up != nil && c.up.ended
	}
	c.untimeLocked()
	return !c.staleLocked()
}

// staleLocked reports whether the generation was replaced since the dial, or
// another one had answered it.
func (c *conn) staleLocked() bool {
	return c.up.generation != c.relay.generation.Load() || c.relay.isStray(c.up.addr)
}
