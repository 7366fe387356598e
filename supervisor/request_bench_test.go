package supervisor

import (
	"context"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// still is a connection without a kernel behind it.
type still struct {
	net.Conn
	fail bool
}

func (s *still) Read(p []byte) (int, error) {
	if s.fail {
		return 0, os.ErrDeadlineExceeded
	}
	return 64, nil
}
func (s *still) SetReadDeadline(time.Time) error { return nil }
func (s *still) Close() error                    { return nil }

// What a request of a kept connection costs more than without a supervisor:
// the calls that net/http makes for it, with nothing behind them.
func BenchmarkRequest(b *testing.B) {
	s := &Supervisor{conns: newConns()}
	l := &Listener{name: "l", sup: s}
	raw := &still{}
	c := &conn{raw: raw, origin: l}
	srv := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	v := &server{sup: s, ln: l, srv: srv}
	v.hook()
	var nc net.Conn = trackedConn{raw, c}
	srv.ConnState(nc, http.StateNew)
	r, err := http.NewRequestWithContext(context.WithValue(context.Background(), connKey{}, c), "GET", "/", nil)
	if err != nil {
		b.Fatal(err)
	}
	p := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		raw.fail = false
		c.read(p)
		c.setReadDeadline(time.Time{})
		srv.ConnState(nc, http.StateActive)
		raw.fail = true
		srv.Handler.ServeHTTP(nil, r)
		c.read(p)
		c.setReadDeadline(past)
		c.setReadDeadline(time.Time{})
		srv.ConnState(nc, http.StateIdle)
		c.setReadDeadline(time.Time{})
		c.setReadDeadline(time.Time{})
	}
}

type trackedConn struct {
	net.Conn
	c *conn
}

func (t trackedConn) tracked() *conn { return t.c }
