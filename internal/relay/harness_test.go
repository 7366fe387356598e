package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient is how long a test waits for what has to happen.
const patient = 30 * time.Second

// generation is a server that counts as one generation of a program.
type generation struct {
	number int
	ln     net.Listener
	srv    *http.Server
	closed chan net.Addr // connections that the server has seen the end of
	done   sync.WaitGroup
}

// bench is a relay with the generation that serves, and a door at which every
// connection is taken.
type bench struct {
	*Relay
	t       testing.TB
	current atomic.Pointer[generation]
	all     []*generation
	front   net.Listener
	done    sync.WaitGroup
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t}
	b.Relay = New(func(ctx context.Context) (net.Conn, error) {
		g := b.current.Load()
		if g == nil {
			return nil, errors.New("nothing serves")
		}
		var d net.Dialer
		return d.DialContext(ctx, "tcp", g.ln.Addr().String())
	})
	var err error
	if b.front, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	b.done.Go(func() {
		for {
			client, err := b.front.Accept()
			if err != nil {
				return
			}
			b.Take(client)
		}
	})
	t.Cleanup(func() {
		b.front.Close()
		b.done.Wait()
		b.Close()
		for _, g := range b.all {
			g.stop()
		}
		if n := len(b.upstreams); n != 0 {
			t.Errorf("%d addresses of upstreams are left", n)
		}
	})
	return b
}

// serve starts another generation, which serves from now on.
func (b *bench) serve(handler http.Handler) *generation {
	b.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	g := &generation{number: len(b.all) + 1, ln: ln, closed: make(chan net.Addr, 10000)}
	if handler == nil {
		handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, g.number)
		})
	}
	g.srv = &http.Server{Handler: handler, ConnState: func(c net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			g.closed <- c.RemoteAddr()
		}
	}}
	g.done.Go(func() { g.srv.Serve(ln) })
	b.all = append(b.all, g)
	b.current.Store(g)
	b.Replaced()
	return g
}

// stop closes the listener and every connection.
func (g *generation) stop() {
	g.ln.Close()
	if g.srv != nil {
		g.srv.Close()
	}
	g.done.Wait()
}

// raw has f serve the connections of another generation.
func (b *bench) raw(f func(net.Conn)) *generation {
	b.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	g := &generation{number: len(b.all) + 1, ln: ln}
	g.done.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			g.done.Go(func() {
				defer c.Close()
				f(c)
			})
		}
	})
	b.all = append(b.all, g)
	b.current.Store(g)
	b.Replaced()
	return g
}

// client is a connection of a client that repeats nothing.
type client struct {
	*net.TCPConn
	t  testing.TB
	in *bufio.Reader
}

func (b *bench) connect() *client {
	b.t.Helper()
	return connect(b.t, b.front.Addr())
}

func connect(t testing.TB, addr net.Addr) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patient))
	return &client{c.(*net.TCPConn), t, bufio.NewReader(c)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one answer with its body.
func (c *client) answer() (*http.Response, string) {
	c.t.Helper()
	res, body, err := c.read(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, body
}

func (c *client) read(req *http.Request) (*http.Response, string, error) {
	res, err := http.ReadResponse(c.in, req)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

const get = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"

// get returns the number of the generation that answers.
func (c *client) get() int {
	c.t.Helper()
	c.send(get)
	_, body := c.answer()
	n, err := strconv.Atoi(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// wantEnd reads to the end, and reports what came before it.
func (c *client) wantEnd() string {
	c.t.Helper()
	rest, err := io.ReadAll(c.in)
	if err != nil {
		c.t.Fatalf("read %q and then: %v", rest, err)
	}
	return string(rest)
}

// request reads up to the empty line that ends a head.
func request(in *bufio.Reader) string {
	var head strings.Builder
	for {
		line, err := in.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String()
		}
	}
}

func within(t testing.TB, what string, done <-chan struct{}) {
	t.Helper()
	timer := time.NewTimer(patient)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		t.Fatalf("waited for %s in vain", what)
	}
}

// want reads exactly these bytes.
func (c *client) want(text string) {
	c.t.Helper()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c.in, got); err != nil || string(got) != text {
		c.t.Fatalf("read %q, %v, want %q", got, err, text)
	}
}

// wantClosed expects the end or a reset, and nothing before it.
func (c *client) wantClosed() {
	c.t.Helper()
	rest, err := io.ReadAll(c.in)
	if len(rest) > 0 || err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("read %q and then: %v", rest, err)
	}
}

// upstreamCount is how many connections to generations there are.
func (b *bench) upstreamCount() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.upstreams)
}
