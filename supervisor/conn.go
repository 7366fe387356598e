package supervisor

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The wrapper around an accepted connection. It knows when the connection is
// between two requests with not a byte of the next one taken from the kernel,
// because then, and only then, its descriptor can go to another process
// without anybody noticing. The alternative, closing it after a grace, always
// races with a client that is just sending.

// past is a deadline that has expired.
var past = time.Unix(1, 0)

// conn is the state of one accepted connection.
type conn struct {
	raw    net.Conn // what accept returned
	origin *Listener
	state  atomic.Int32 // http.ConnState, written by the server's hook
	pinned atomic.Bool  // TLS or HTTP/2: its state cannot move to another process
	leave  atomic.Bool  // the drain wants it moved as soon as it is clean
	gone   atomic.Bool  // closed or moved

	// Written and read by the goroutine that serves the connection.
	bufLen int   // size of the server's read buffer, learned from its first read
	total  int64 // bytes read since accept
	fresh  int64 // bytes read since the connection became idle

	mu       sync.Mutex // guards what follows
	deadline time.Time  // what the server asked for
	kicked   bool       // an expired deadline of ours stands in its place
}

// tcpConn and unixConn embed the concrete types so that sendfile, CloseWrite
// and the like keep working.
type tcpConn struct {
	*net.TCPConn
	c *conn
}

func (t tcpConn) Read(p []byte) (int, error)        { return t.c.read(p) }
func (t tcpConn) Close() error                      { return t.c.close() }
func (t tcpConn) SetDeadline(d time.Time) error     { return t.c.setDeadline(d) }
func (t tcpConn) SetReadDeadline(d time.Time) error { return t.c.setReadDeadline(d) }

// NetConn returns the connection as accept returned it.
func (t tcpConn) NetConn() net.Conn { return t.TCPConn }
func (t tcpConn) tracked() *conn    { return t.c }

type unixConn struct {
	*net.UnixConn
	c *conn
}

func (u unixConn) Read(p []byte) (int, error)        { return u.c.read(p) }
func (u unixConn) Close() error                      { return u.c.close() }
func (u unixConn) SetDeadline(d time.Time) error     { return u.c.setDeadline(d) }
func (u unixConn) SetReadDeadline(d time.Time) error { return u.c.setReadDeadline(d) }

// NetConn returns the connection as accept returned it.
func (u unixConn) NetConn() net.Conn { return u.UnixConn }
func (u unixConn) tracked() *conn    { return u.c }

// wrap counts nc as a connection of l before anybody else sees it.
func (l *Listener) wrap(nc net.Conn) net.Conn {
	c := &conn{raw: nc, origin: l}
	c.state.Store(int32(http.StateNew))
	l.sup.conns.add(c)
	switch v := nc.(type) {
	case *net.TCPConn:
		return tcpConn{v, c}
	case *net.UnixConn:
		return unixConn{v, c}
	}
	panic("supervisor: a listener that is neither TCP nor unix") // Listen admits no other
}

// tracked finds our part below whatever a server or TLS has put around it.
func tracked(nc net.Conn) *conn {
	for nc != nil {
		if t, ok := nc.(interface{ tracked() *conn }); ok {
			return t.tracked()
		}
		inner, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		nc = inner.NetConn()
	}
	return nil
}

// clean reports whether a read that has yet to return its first byte can be
// given up in favour of another process. room is the space that the reader
// offers: less than a whole buffer means that it holds bytes of the next
// request already.
func (c *conn) clean(room int) bool {
	switch http.ConnState(c.state.Load()) {
	case http.StateNew:
		return c.total == 0
	case http.StateIdle:
		return c.fresh == 0 && room == c.bufLen && !c.pinned.Load()
	}
	return false
}

func (c *conn) read(p []byte) (int, error) {
	if c.bufLen == 0 {
		c.bufLen = len(p)
	}
	for {
		if c.leave.Load() && c.clean(len(p)) && c.move() {
			return 0, io.EOF
		}
		n, err := c.raw.Read(p)
		if n > 0 {
			if c.total == 0 && prefaces(p[:n]) {
				c.pinned.Store(true)
			}
			c.total += int64(n)
			c.fresh += int64(n)
			return n, err
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && c.unkick() {
			continue
		}
		return n, err
	}
}

// move sends the connection to the next process. The kernel keeps whatever
// arrives meanwhile in the socket, so there is no moment at which a byte of
// the client could be lost.
func (c *conn) move() bool {
	if err := c.origin.sup.conns.move(c); err != nil {
		c.leave.Store(false)
		return false
	}
	return true
}

// release asks the connection to leave for the next process. An idle reader is
// woken; a busy one leaves when it becomes idle.
func (c *conn) release() {
	c.leave.Store(true)
	switch http.ConnState(c.state.Load()) {
	case http.StateNew, http.StateIdle:
		c.mu.Lock()
		c.kicked = true
		c.raw.SetReadDeadline(past)
		c.mu.Unlock()
	}
}

// unkick puts the server's own deadline back if ours has expired instead.
func (c *conn) unkick() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.kicked {
		return false
	}
	c.kicked = false
	c.raw.SetReadDeadline(c.deadline)
	return true
}

func (c *conn) setReadDeadline(d time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline, c.kicked = d, false
	return c.raw.SetReadDeadline(d)
}

func (c *conn) setDeadline(d time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline, c.kicked = d, false
	return c.raw.SetDeadline(d)
}

func (c *conn) close() error {
	c.origin.sup.conns.remove(c)
	return c.raw.Close()
}

// prefaces reports whether a connection that begins with p may be HTTP/2 in
// the clear, whose preface is "PRI * HTTP/2.0" (RFC 9113, section 3.4).
func prefaces(p []byte) bool {
	return strings.HasPrefix("PRI", string(p[:min(len(p), 3)]))
}

// enter records a change of state that the server reported. Hijacked is final:
// golang.org/x/net/http2/h2c reports states of its own afterwards.
func (c *conn) enter(state http.ConnState, secure bool) {
	if http.ConnState(c.state.Load()) == http.StateHijacked {
		return
	}
	if secure {
		c.pinned.Store(true)
	}
	if state == http.StateIdle {
		c.fresh = 0
	}
	c.state.Store(int32(state))
}
