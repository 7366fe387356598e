package supervisortest

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// conn counts the bytes of the request at hand and the requests so far. The
// counters are atomic for the handshake of a WebSocket, in which goroutines of
// net/http read and write.
type conn struct {
	net.Conn
	r             *bufio.Reader // reads from the conn itself, so that reads are counted
	requests      int
	written, read atomic.Int64
	ended         atomic.Bool // the peer has closed
}

func newConn(nc net.Conn) *conn {
	c := &conn{Conn: nc}
	c.r = bufio.NewReader(c)
	return c
}

func (c *conn) begin(deadline time.Time) {
	c.requests++
	c.written.Store(0)
	c.read.Store(0)
	c.SetDeadline(deadline)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) { // the latter is TLS without close_notify
		c.ended.Store(true)
	}
	return n, err
}

// awaitClose lets the server close first. The side that does so keeps the port
// in TIME_WAIT; were it this one, a client without pauses would run out of
// ports within seconds.
func (c *conn) awaitClose() {
	c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	io.Copy(io.Discard, io.LimitReader(c.r, 1))
}

// failure describes one on c, which is nil if there is no connection.
func (c *conn) failure(cause Cause, err error) *Failure {
	f := &Failure{Cause: cause, Err: err}
	if c != nil {
		f.Request, f.Written, f.Read = c.requests, c.written.Load(), c.read.Load()
		f.Local = c.LocalAddr().String()
	}
	return f
}
