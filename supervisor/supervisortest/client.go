package supervisortest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// client asks one request after the other. One goroutine runs it and owns all
// of it; the report reads its tally when that goroutine has ended.
type client struct {
	kind        Kind
	host, path  string
	wait        time.Duration // before the first request
	think       time.Duration // between a response and the next request
	every       time.Duration // between the starts of two requests
	timeout     time.Duration
	once        bool // a connection for each request
	upload      bool
	answers     bool // bodies of responses are recorded
	noticeClose bool // by the server, before a request

	conn  *conn // nil when the next request has to dial
	tally tally
}

func (c *client) run(ctx context.Context) {
	defer c.hangUp()
	c.pause(ctx, c.wait)
	for ctx.Err() == nil {
		start := time.Now()
		failure := c.request(start)
		c.tally.count(time.Since(start), failure)

		switch {
		case c.every > 0:
			c.pause(ctx, c.every-time.Since(start))
		case failure != nil:
			// An outage should count by how long it lasts, not by how fast a
			// connection is refused.
			c.pause(ctx, max(c.think, afterFailure))
		default:
			c.pause(ctx, c.think)
		}
	}
}

// request returns nil when the request succeeded.
func (c *client) request(start time.Time) *Failure {
	failed := func(cause Cause, err error) *Failure {
		f := &Failure{Kind: c.kind, Cause: cause, At: time.Now(), Err: err}
		if c.conn != nil {
			f.Request, f.Written, f.Read = c.conn.requests, c.conn.written, c.conn.read
			f.Local = c.conn.LocalAddr().String()
		}
		c.hangUp()
		return f
	}
	if c.noticeClose && c.conn != nil && c.conn.closedByPeer() {
		c.tally.closedIdle++
		c.hangUp()
	}
	if c.conn == nil {
		dialed, err := net.DialTimeout("tcp", c.host, c.timeout)
		if err != nil {
			return failed(Dial, err)
		}
		c.conn = &conn{Conn: dialed}
		c.conn.r = bufio.NewReader(c.conn)
		c.tally.conns++
	}
	c.conn.begin(start.Add(c.timeout))

	req, err := http.NewRequest(http.MethodGet, "http://"+c.host+c.path, nil)
	if err != nil {
		return failed(Write, err)
	}
	var sent *pieces
	if c.upload {
		sent = newPieces()
		req.Method, req.Body, req.ContentLength = http.MethodPost, sent, -1
	}
	req.Close = c.once
	if err := req.Write(c.conn); err != nil {
		return failed(c.conn.cause(err, Write), err)
	}
	resp, err := c.response(req)
	if err != nil {
		return failed(c.conn.cause(err, Malformed), err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return failed(c.conn.cause(err, Malformed), err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return failed(Status, fmt.Errorf("%s: %.100q", resp.Status, body))
	}
	if sent != nil && !strings.Contains(string(body), sent.sum()) {
		return failed(Echo, fmt.Errorf("sent %s, answered %.100q", sent.sum(), body))
	}
	if c.answers {
		c.tally.answer(string(body), time.Now())
	}
	switch {
	case c.once:
		c.conn.awaitClose()
		c.hangUp()
	case resp.Close:
		c.tally.told++
		c.hangUp()
	}
	return nil
}

// response skips the informational ones.
func (c *client) response(req *http.Request) (*http.Response, error) {
	for {
		resp, err := http.ReadResponse(c.conn.r, req)
		if err != nil || resp.StatusCode >= 200 {
			return resp, err
		}
	}
}

// pause waits for d or until ctx is done.
func (c *client) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (c *client) hangUp() {
	if c.conn == nil {
		return
	}
	c.conn.Close()
	c.conn = nil
}
