package supervisor

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The wrapper around an accepted connection. It knows when the connection is
// between two requests with not a byte of the next one taken from the kernel,
// because then, and only then, its descriptor can go to another process
// without anybody noticing. The alternative, closing it after a grace, always
// races with a client that is just sending.

// wholeBuffer is the room that net/http offers for reading when it holds no
// byte that it has yet to look at.
var wholeBuffer = bufio.NewReader(nil).Size()

// conn is the state of one accepted connection. What each request needs comes
// first, so that it shares cache lines.
type conn struct {
	raw    net.Conn // what accept returned
	origin *Listener

	state   atomic.Int32  // http.ConnState; written by the server's hook
	asked   atomic.Int32  // how often the server set a deadline since the connection became idle
	leave   atomic.Bool   // the drain wants it moved as soon as it is clean
	gone    atomic.Bool   // closed here
	kicks   atomic.Uint32 // odd while an expired deadline of ours stands in place of the server's; written with mu held
	timed   atomic.Bool   // false if the socket has no deadline and is to have none; written with mu held
	expired atomic.Bool   // the server's deadline has, without the socket knowing it
	readers atomic.Int32  // reads that may be waiting for the socket

	// Owned by the goroutine that reads.
	settled bool           // nothing is special about reading but a drain
	arrived bool           // from another process, and nothing read yet: an empty line may come first
	served  bool           // by the process before us: HTTP/1
	tail    [peek - 1]byte // ends with the last bytes read
	tailed  int            // how many of tail were read
	early   []byte         // what the process before us has read of the next request

	mu       sync.Mutex    // guards what follows
	flights  []flight      // requests under way
	first    [1]flight     // room for the only one of HTTP/1
	deadline time.Time     // what the server asked for; what it may spare the socket is not here
	since    time.Time     // when it became idle, if that was in a drain
	outer    net.Conn      // what the server has: this one, or TLS around it
	released bool          // it is being closed, as it was idle for too long
	resting  bool          // it moved here idle and has read nothing yet; deadline is how long it may stay so
	late     time.Duration // what the server allows for a request meanwhile, from its first byte

	pinned   atomic.Bool        // its state cannot move to another process: TLS, HTTP/2, or it was tried
	begun    atomic.Bool        // a byte was read here
	moved    atomic.Bool        // another process has it
	http2    atomic.Bool        // it is
	shaken   atomic.Bool        // TLS is established
	accepted time.Duration      // on the clock of conns
	turn     time.Time          // in a drain, when its client is told to go; guarded by mu of conns
	hooks    map[*hook]struct{} // to be called then; guarded by mu of conns
}

// tcpConn and unixConn embed the concrete types so that sendfile, CloseWrite
// and the like keep working.
type tcpConn struct {
	*net.TCPConn
	c *conn
}

func (t *tcpConn) Read(p []byte) (int, error)        { return t.c.read(p) }
func (t *tcpConn) Close() error                      { return t.c.close() }
func (t *tcpConn) SetDeadline(d time.Time) error     { return t.c.setDeadline(d) }
func (t *tcpConn) SetReadDeadline(d time.Time) error { return t.c.setReadDeadline(d) }

// NetConn returns the connection as accept returned it. A deadline that is set
// there does not end with one that is set here.
func (t *tcpConn) NetConn() net.Conn { return t.TCPConn }
func (t *tcpConn) tracked() *conn    { return t.c }

type unixConn struct {
	*net.UnixConn
	c *conn
}

func (u *unixConn) Read(p []byte) (int, error)        { return u.c.read(p) }
func (u *unixConn) Close() error                      { return u.c.close() }
func (u *unixConn) SetDeadline(d time.Time) error     { return u.c.setDeadline(d) }
func (u *unixConn) SetReadDeadline(d time.Time) error { return u.c.setReadDeadline(d) }

// NetConn returns the connection as accept returned it.
func (u *unixConn) NetConn() net.Conn { return u.UnixConn }
func (u *unixConn) tracked() *conn    { return u.c }

// wrap counts nc as a connection of l before anybody else sees it.
func (l *Listener) wrap(nc net.Conn) net.Conn {
	c := &conn{raw: nc, origin: l}
	if l.opaque {
		c.state.Store(int32(http.StateHijacked))
	}
	return l.count(c)
}

func (l *Listener) count(c *conn) net.Conn {
	c.accepted = l.sup.conns.clock()
	l.sup.conns.add(c)
	switch v := c.raw.(type) {
	case *net.TCPConn:
		return &tcpConn{v, c}
	case *net.UnixConn:
		return &unixConn{v, c}
	}
	panic("supervisor: a listener that is neither TCP nor unix") // Listen admits no other
}

// tracked finds our part below whatever a server or TLS has put around it.
func tracked(nc net.Conn) *conn {
	if t, ok := nc.(*tcpConn); ok { // nearly always, and several times faster
		return t.c
	}
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

// between reports whether the connection waits for a request.
func (c *conn) between() bool {
	state := http.ConnState(c.state.Load())
	return state == http.StateNew || state == http.StateIdle
}

func (c *conn) close() error {
	c.origin.sup.conns.remove(c)
	return c.raw.Close()
}

// enter records a change of state that the server reported. Hijacked is final:
// golang.org/x/net/http2/h2c reports states of its own afterwards.
func (c *conn) enter(state http.ConnState, outer net.Conn) {
	if http.ConnState(c.state.Load()) == http.StateHijacked {
		return
	}
	switch state {
	case http.StateNew:
		c.meet(outer)
	case http.StateIdle:
		c.rest()
		return
	case http.StateActive:
		c.greet(outer)
	}
	c.state.Store(int32(state))
	if c.kicked() {
		c.unkick() // for whoever reads past us from now on, as io.Copy does
	}
}

// meet notes what the server has put around the connection.
func (c *conn) meet(outer net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outer = outer
	if _, secure := outer.(*tls.Conn); secure {
		c.pinned.Store(true)
	}
}

// greet notes which protocol TLS has agreed on, once that is known.
func (c *conn) greet(outer net.Conn) {
	secure, ok := outer.(*tls.Conn)
	if !ok || c.shaken.Swap(true) {
		return
	}
	c.http2.Store(secure.ConnectionState().NegotiatedProtocol == "h2")
}

// rest notes that the connection is between two requests. When it became so
// counts in a drain only, and looking at the clock costs.
func (c *conn) rest() {
	if c.origin.sup.lameDuck.Load() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.since = time.Now()
	}
	c.asked.Store(0)
	c.state.Store(int32(http.StateIdle))
}

// requested reports since when the connection is idle, and whether the next
// request has begun to arrive all the same.
func (c *conn) requested() (since time.Time, begun bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since, c.asked.Load() > 1
}
