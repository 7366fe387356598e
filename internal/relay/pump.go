package relay

import "time"

// pump passes on what comes from up.
func (c *conn) pump(up *upstream) {
	defer close(up.done)
	out := buffer{spare: &c.relay.spare}
	defer out.release()
	for {
		p, err := out.read(up.conn, 0)
		if len(p) > 0 {
			c.answered(p)
			if _, err := c.client.Write(p); err != nil {
				shut(c.client) // which run is reading from
				return
			}
		}
		if err != nil {
			c.lost(up)
			return
		}
		out.done(p)
	}
}

// answered notes p before the client gets it, because its next request may be
// here sooner than a write to it returns.
func (c *conn) answered(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer.follow(p)
	// After a 1xx the rest of the request may come, and the answer will.
	c.rest = c.answer.state != interim
}

// lost deals with the end of up: it was expected, or the client has to know.
func (c *conn) lost(up *upstream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if up.leaving || c.rest && c.answer.complete() {
		up.gone = true
		up.conn.Close()
		stale := c.staleLocked()
		c.relay.disown(up.addr)
		if !up.leaving && !stale {
			// It has closed what was idle, or has died, and whoever takes its
			// place is not known yet.
			c.timed = true
			c.client.SetReadDeadline(time.Now().Add(c.relay.linger))
		}
		return
	}
	up.ended = true
	end := time.Now().Add(c.relay.linger)
	c.client.SetReadDeadline(end)
	up.conn.SetWriteDeadline(end)
	closeWrite(c.client)
}
