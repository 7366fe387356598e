package outage

import (
	"errors"
	"net"
	"sync"
	"time"
)

// door is a listener that lets in as many as there are places, and remembers
// whether they have said anything.
type door struct {
	net.Listener
	server *Server
}

func (d *door) Accept() (net.Conn, error) {
	s := d.server
	select {
	case <-s.closing:
		return nil, net.ErrClosed
	case s.places <- struct{}{}:
	}
	nc, err := d.Listener.Accept()
	if err != nil {
		<-s.places
		return nil, err
	}
	c := &conn{Conn: nc, server: s}
	s.open.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	return c, nil
}

// conn is a connection whose server can be made to let go of it, as long as
// the client has sent nothing.
type conn struct {
	net.Conn
	server *Server

	mu       sync.Mutex // guards all below
	begun    bool       // the client has sent something
	released bool       // nothing is to be read any more
	closed   bool
}

var errTLS = errors.New("the client speaks TLS")

// alert is a fatal internal_error (RFC 8446, section 6).
var alert = []byte{21, 3, 1, 0, 2, 2, 80}

const handshake = 22 // the type of the first TLS record of a client

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	first := n > 0 && !c.begun
	c.begun = c.begun || n > 0
	if first && c.released {
		c.released = false // it was too late
		c.Conn.SetReadDeadline(time.Now().Add(headTime))
	}
	c.mu.Unlock()
	// net/http would wait for the end of the line.
	if first && p[0] == handshake {
		c.Conn.Write(alert)
		return 0, errTLS
	}
	return n, err
}

// SetReadDeadline leaves the one of release alone.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.released {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// release makes the server leave c, unless the client has sent something.
func (c *conn) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun && !c.closed {
		c.released = true
		c.Conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// Close is called by the server, which is then done with c.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	s := c.server
	defer s.open.Done()
	<-s.places
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if c.released && !c.begun {
		c.Conn.SetDeadline(time.Time{})
		s.silent = append(s.silent, c.Conn)
		return nil
	}
	return c.Conn.Close()
}
