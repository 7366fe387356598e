package supervisortest

import (
	"bufio"
	"io"
	"net"
	"time"
)

// conn counts the bytes of the request at hand and the requests so far.
type conn struct {
	net.Conn
	r             *bufio.Reader // reads from the conn itself, so that reads are counted
	requests      int
	written, read int64
	ended         bool // the peer has closed
}

func (c *conn) begin(deadline time.Time) {
	c.requests++
	c.written, c.read = 0, 0
	c.SetDeadline(deadline)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written += int64(n)
	return n, err
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read += int64(n)
	c.ended = c.ended || err == io.EOF
	return n, err
}

// awaitClose lets the server close first. The side that does so keeps the port
// in TIME_WAIT; were it this one, a client without pauses would run out of
// ports within seconds.
func (c *conn) awaitClose() {
	c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	io.Copy(io.Discard, io.LimitReader(c.r, 1))
}
