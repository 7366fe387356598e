package supervisortest

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// postSize is more than one segment, so that the header can arrive alone.
const postSize = 16256

// plain speaks HTTP/1.1, one request after the other.
type plain struct {
	network, addr string
	host, path    string
	timeout       time.Duration
	secure        *tls.Config   // nil without TLS
	lag           time.Duration // between the ClientHello and the rest of the handshake
	dribble       time.Duration // after each byte of the header
	once          bool          // a connection for each request
	noticeClose   bool          // by the server, before a request
	answers       bool          // bodies of responses are recorded
	upload        *pace         // of an upload; nil for none
	sealed        bool          // the body of the response ends with its sum
	ledger        *ledger       // set: POSTs that are to be executed exactly once

	conn *conn // nil when the next request has to dial
}

func (p *plain) ask(ctx context.Context, t *tally) *Failure {
	req, sent, err := p.request()
	if err != nil {
		return &Failure{Cause: Write, Err: err}
	}
	resp, failure := p.begin(req, t)
	if failure != nil {
		return failure
	}
	body, failure := p.body(resp, sent)
	if failure != nil {
		return failure
	}
	if p.ledger != nil {
		p.ledger.settle(answered)
	}
	if p.answers {
		t.answer(body, time.Now())
	}
	if p.once {
		p.conn.awaitClose()
		p.hangUp()
		return nil
	}
	p.finish(resp, t)
	return nil
}

func (p *plain) request() (*http.Request, *pieces, error) {
	req, err := http.NewRequest(http.MethodGet, "http://"+p.host+p.path, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Close = p.once
	switch {
	case p.upload != nil:
		sent := newPieces(*p.upload)
		req.Method, req.Body, req.ContentLength = http.MethodPost, sent, -1
		return req, sent, nil
	case p.ledger != nil:
		req.Method = http.MethodPost
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(make([]byte, postSize))), postSize
		req.Header.Set(IDHeader, p.ledger.next())
	}
	return req, nil, nil
}

// begin sends req and returns when the header of the response is there.
func (p *plain) begin(req *http.Request, t *tally) (*http.Response, *Failure) {
	deadline := time.Now().Add(p.timeout)
	if p.noticeClose && p.conn != nil && p.conn.closedByPeer() {
		t.closedIdle++
		p.hangUp()
	}
	if p.conn == nil {
		if cause, err := p.dial(deadline); err != nil {
			return nil, p.failed(cause, err)
		}
		t.conns++
	}
	p.conn.begin(deadline)
	var w io.Writer = p.conn
	if p.dribble > 0 {
		w = dribble{p.conn, p.dribble}
	}
	if err := req.Write(w); err != nil {
		return nil, p.failed(p.conn.cause(err, Write), err)
	}
	resp, err := p.response(req)
	if err != nil {
		return nil, p.failed(p.conn.cause(err, Malformed), err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 100))
		return nil, p.failed(Status, fmt.Errorf("%s: %.100q", resp.Status, text))
	}
	return resp, nil
}

// body reads that of resp and compares it with what was asked for. It returns
// the text of a body that is recorded.
func (p *plain) body(resp *http.Response, sent *pieces) (string, *Failure) {
	if p.sealed {
		switch err := unseal(resp.Body); {
		case errors.Is(err, errBroken):
			return "", p.failed(Echo, err)
		case err != nil:
			return "", p.failed(p.conn.cause(err, Malformed), err)
		}
		return "", nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", p.failed(p.conn.cause(err, Malformed), err)
	}
	if sent != nil && !strings.Contains(string(body), sent.sum()) {
		return "", p.failed(Echo, fmt.Errorf("sent %s, answered %.100q", sent.sum(), body))
	}
	return string(body), nil
}

// finish leaves the connection as the response wants it.
func (p *plain) finish(resp *http.Response, t *tally) {
	if resp.Close {
		t.told++
		p.hangUp()
	}
}

func (p *plain) dial(deadline time.Time) (Cause, error) {
	nc, err := (&net.Dialer{Deadline: deadline}).Dial(p.network, p.addr)
	if err != nil {
		return Dial, err
	}
	if p.secure != nil {
		nc.SetDeadline(deadline)
		secured := tls.Client(&lagging{Conn: nc, pause: p.lag}, p.secure)
		if err := secured.Handshake(); err != nil {
			nc.Close()
			return Handshake, err
		}
		nc = secured
	}
	p.conn = newConn(nc)
	return "", nil
}

// response skips the informational ones.
func (p *plain) response(req *http.Request) (*http.Response, error) {
	for {
		resp, err := http.ReadResponse(p.conn.r, req)
		if err != nil || resp.StatusCode >= 200 {
			return resp, err
		}
	}
}

// failed describes a failure and gives the connection up.
func (p *plain) failed(cause Cause, err error) *Failure {
	f := p.conn.failure(cause, err)
	p.hangUp()
	return f
}

func (p *plain) hangUp() {
	if p.conn == nil {
		return
	}
	p.conn.Close()
	p.conn = nil
}
