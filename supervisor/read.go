package supervisor

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Where a connection is read, it is decided whether it can leave.

// peek is how much of the next request net/http waits for on an idle connection.
const peek = 4

// clean reports whether a read can be given up in favour of another process,
// and what of the next request has been read then. net/http sets a deadline
// when a connection becomes idle, peeks for the next request, and sets another
// when that has begun to arrive. So the read is the peek if one deadline was
// set, and then room, the space that the reader offers, says how many bytes it
// holds already: the last ones that were read. There may be some because
// net/http reads one byte ahead while a handler runs, to learn of a client that
// went away. Later on room says nothing: the lines read so far have left the
// buffer.
func (c *conn) clean(room int) (held []byte, ok bool) {
	switch http.ConnState(c.state.Load()) {
	case http.StateNew:
		return c.early, !c.begun.Load()
	case http.StateIdle:
		n := wholeBuffer - room
		if c.asked.Load() != 1 || n < 0 || n > c.tailed || c.pinned.Load() {
			return nil, false
		}
		return c.tail[len(c.tail)-n:], true
	}
	return nil, false
}

func (c *conn) read(p []byte) (int, error) {
	if !c.settled || c.leave.Load() {
		return c.readWarily(p)
	}
	kicks := c.kicks.Load()
	c.readers.Add(1)
	if c.expired.Load() {
		c.readers.Add(-1)
		return 0, errExpired
	}
	n, err := c.raw.Read(p)
	c.readers.Add(-1)
	if n > 0 {
		c.keep(p[:n])
	} else if c.disturbed(kicks, err) {
		return c.readWarily(p)
	}
	return n, err
}

// readWarily reads where the connection may leave, or has just come.
func (c *conn) readWarily(p []byte) (int, error) {
	for {
		if c.moved.Load() {
			return 0, io.EOF
		}
		if c.leave.Load() {
			if held, ok := c.clean(len(p)); ok && c.move(held) {
				return 0, io.EOF
			}
		}
		kicks := c.kicks.Load()
		n, err := c.take(p)
		if n > 0 {
			if n = c.note(p[:n]); n > 0 {
				return n, err
			}
			continue
		}
		if !c.disturbed(kicks, err) {
			return n, err
		}
	}
}

// disturbed reports whether err is due to a deadline of ours, and takes that
// away. kicks is from before the read: in the meantime somebody else may have
// taken it away. net/http lets deadlines of its own expire all the time, to end
// its reading ahead.
func (c *conn) disturbed(kicks uint32, err error) bool {
	if !c.kicked() && c.kicks.Load() == kicks || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	c.unkick()
	return true
}

// take reads what there is, first what the process before us has read.
func (c *conn) take(p []byte) (int, error) {
	if len(c.early) == 0 {
		c.readers.Add(1)
		defer c.readers.Add(-1)
		if c.expired.Load() {
			return 0, errExpired
		}
		return c.raw.Read(p)
	}
	n := copy(p, c.early)
	c.early = c.early[n:]
	return n, nil
}

// note keeps the end of what was read, and returns how much of it counts.
// net/http tolerates an empty line between two requests (RFC 9112, section
// 2.2), but only where it has seen the first one.
func (c *conn) note(p []byte) int {
	if c.arrived {
		rest := bytes.TrimLeft(p, "\r\n")
		if len(rest) == 0 {
			return 0
		}
		p = p[:copy(p, rest)]
		c.arrived = false
	}
	if !c.begun.Load() {
		c.begin(p)
	}
	c.keep(p)
	c.settled = len(c.early) == 0
	return len(p)
}

// keep keeps the end of p, which was read.
func (c *conn) keep(p []byte) {
	if len(p) >= len(c.tail) {
		c.tail = [len(c.tail)]byte(p[len(p)-len(c.tail):])
		c.tailed = len(c.tail)
		return
	}
	copy(c.tail[:], c.tail[len(p):])
	copy(c.tail[len(c.tail)-len(p):], p)
	c.tailed = min(c.tailed+len(p), len(c.tail))
}

// begin notes the first bytes of the connection in this process.
func (c *conn) begin(p []byte) {
	c.begun.Store(true)
	if !c.served && prefaces(p) {
		c.pinned.Store(true)
		c.http2.Store(true)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.resting {
		return
	}
	c.resting, c.deadline = false, time.Time{}
	if c.late > 0 {
		c.deadline = time.Now().Add(c.late)
	}
	c.allowLocked(c.deadline)
}

// move sends the connection to the next process, with what was read of the
// next request. The kernel keeps whatever arrives meanwhile in the socket, so
// there is no moment at which a byte of the client could be lost.
func (c *conn) move(held []byte) bool {
	if err := c.origin.sup.conns.move(c, held); err != nil {
		c.leave.Store(false)
		c.pinned.Store(true) // so its client is told to go
		return false
	}
	c.moved.Store(true) // net/http may read again
	c.settled = false
	return true
}

// prefaces reports whether a connection that begins with p may be HTTP/2 in
// the clear, whose preface is "PRI * HTTP/2.0" (RFC 9113, section 3.4).
func prefaces(p []byte) bool {
	return strings.HasPrefix("PRI", string(p[:min(len(p), 3)]))
}
