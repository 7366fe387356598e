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
	"net/http/httptrace"
	"strings"
	"sync"
	"syscall"
	"time"
)

// multiplexed is an HTTP/2 connection whose streams ask at the same time, and
// the connections that follow it after a GOAWAY.
type multiplexed struct {
	transport *http.Transport

	mu      sync.Mutex // guards all below
	streams int        // that have not hung up
	open    []net.Conn // each that was ever dialed
}

func newMultiplexed(streams int, secure *tls.Config) *multiplexed {
	m := &multiplexed{streams: streams}
	m.transport = &http.Transport{
		DialContext: m.dial, TLSClientConfig: secure, Protocols: new(http.Protocols), DisableCompression: true,
	}
	m.transport.Protocols.SetHTTP2(secure != nil)
	m.transport.Protocols.SetUnencryptedHTTP2(secure == nil)
	return m
}

func (m *multiplexed) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		m.mu.Lock()
		m.open = append(m.open, nc)
		m.mu.Unlock()
	}
	return nc, err
}

// hangUp closes the connections with the last stream. CloseIdleConnections
// alone would leave one whose stream is about to end.
func (m *multiplexed) hangUp() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.streams--; m.streams > 0 {
		return
	}
	m.transport.CloseIdleConnections()
	for _, nc := range m.open {
		nc.Close()
	}
}

// stream asks on a multiplexed connection. Go's Transport repeats a GET that
// has crossed a GOAWAY, as it may: the GOAWAY says that the server has not
// looked at it (RFC 9113, section 6.8). That is the one kind of retry here.
type stream struct {
	*multiplexed
	url     string
	timeout time.Duration
	answers bool
	ledger  *ledger // set: POSTs, else GETs
}

// unread hides that the body can be read twice, so that nobody repeats it.
type unread struct{ io.Reader }

func (s *stream) ask(ctx context.Context, t *tally) *Failure {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer cancel()
	var local string
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		local = info.Conn.LocalAddr().String()
		if !info.Reused {
			t.conns++
		}
	}})
	failed := func(cause Cause, err error) *Failure { return &Failure{Cause: cause, Err: err, Local: local} }

	method, body := http.MethodGet, io.Reader(nil)
	if s.ledger != nil {
		method, body = http.MethodPost, unread{bytes.NewReader(make([]byte, postSize))}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url, body)
	if err != nil {
		return failed(Write, err)
	}
	if s.ledger != nil {
		req.ContentLength = postSize
		req.Header.Set(IDHeader, s.ledger.next())
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return failed(s.cause(err), err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return failed(s.cause(err), err)
	case resp.StatusCode < 200 || resp.StatusCode > 299 || resp.ProtoMajor != 2:
		return failed(Status, fmt.Errorf("%s %s: %.100q", resp.Proto, resp.Status, text))
	}
	if s.ledger != nil {
		s.ledger.settle(answered)
	}
	if s.answers {
		t.answer(string(text), time.Now())
	}
	return nil
}

// crossings are how Go's Transport says that a request has met a GOAWAY on its
// way and cannot be repeated, since its body can be read only once.
var crossings = []string{"graceful shutdown GOAWAY] after Request.Body was written", "cannot rewind body"}

func (s *stream) cause(err error) Cause {
	for _, c := range crossings {
		if s.ledger != nil && strings.Contains(err.Error(), c) {
			s.ledger.settle(refused)
			return crossed
		}
	}
	var op *net.OpError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.As(err, &op) && op.Op == "dial":
		return Dial
	case errors.Is(err, syscall.ECONNRESET):
		return Reset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Truncated
	}
	return Stream
}
