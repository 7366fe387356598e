package relay

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
)

const large = 64 << 20

// noise is the same for the same seed.
func noise(n int64) io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{1}), n) }

func sum(t testing.TB, r io.Reader) [sha256.Size]byte {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Error(err)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func TestLargeDownload(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	half := make(chan struct{})
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := noise(large)
		io.CopyN(w, body, large/2)
		<-half
		io.Copy(w, body)
	}))
	c := b.connect()
	c.send(get)
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.serve(nil)
	close(half)
	if sum(t, res.Body) != sum(t, noise(large)) {
		t.Error("what came is not what was sent")
	}
	if n := c.get(); n != 2 {
		t.Errorf("generation %d has answered afterwards", n)
	}
}

func TestLargeUpload(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%x", sum(t, r.Body))
	}))
	c := b.connect()
	c.send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", large))
	body := noise(large)
	if _, err := io.CopyN(c, body, large/2); err != nil {
		t.Fatal(err)
	}
	b.serve(nil)
	if _, err := io.Copy(c, body); err != nil {
		t.Fatal(err)
	}
	if _, got := c.answer(); got != fmt.Sprintf("%x", sum(t, noise(large))) {
		t.Error("what came is not what was sent")
	}
	if n := c.get(); n != 2 {
		t.Errorf("generation %d has answered afterwards", n)
	}
}

// An upgraded connection stays with its generation, and its end is passed on.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	gone := make(chan struct{})
	old := b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		for {
			kind, message, err := ws.Read(context.Background())
			if err != nil || string(message) == "die" {
				return
			}
			ws.Write(context.Background(), kind, append([]byte("old "), message...))
		}
	}))
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+b.front.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	for n := range 5 {
		// A text that reads as a request is one within a frame.
		if err := ws.Write(ctx, websocket.MessageText, []byte(get)); err != nil {
			t.Fatal(err)
		}
		if _, got, err := ws.Read(ctx); err != nil || string(got) != "old "+get {
			t.Fatalf("after %d replacements: %q, %v", n, got, err)
		}
		b.serve(nil)
	}
	if err := ws.Write(ctx, websocket.MessageText, []byte("die")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ws.Read(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("after the end of the old generation: %v", err)
	}
	within(t, "the end of the handler", gone)
	old.stop()
}

func TestClientSendsNoMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.raw(func(nc net.Conn) {
		all, _ := io.ReadAll(nc) // to the end that the client has sent
		fmt.Fprintf(nc, "HTTP/1.1 200 OK\r\n\r\n%d", len(all))
	})
	c := b.connect()
	c.send(get)
	c.CloseWrite()
	if _, body := c.answer(); body != fmt.Sprint(len(get)) {
		t.Errorf("body %q", body)
	}
}

// A client that ends at rest is done, even if its server does not see to it.
func TestClientEndsAtRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	end := make(chan struct{})
	b.raw(func(nc net.Conn) {
		request(bufio.NewReader(nc))
		io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
		<-end
	})
	defer close(end)
	c := b.connect()
	c.get()
	c.CloseWrite()
	c.wantEnd()

	silent := b.connect()
	silent.CloseWrite()
	silent.wantEnd()
}

// The generation that had accepted a connection still has it, and the client
// sees the end nevertheless.
func TestSharedSocket(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.front.Close()
	b.done.Wait()
	var err error
	if b.front, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c := b.connect()
	accepted, err := b.front.Accept()
	if err != nil {
		t.Fatal(err)
	}
	shared, err := accepted.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	b.serve(nil)
	b.Take(accepted)
	c.get()
	b.Close()
	c.wantClosed()
}

// The server sends no more, and still gets what the client sends, as in a
// tunnel.
func TestServerSendsNoMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := make(chan string, 1)
	b.raw(func(nc net.Conn) {
		in := bufio.NewReader(nc)
		request(in)
		io.WriteString(nc, "bye")
		nc.(*net.TCPConn).CloseWrite()
		all, _ := io.ReadAll(in)
		got <- string(all)
	})
	c := b.connect()
	c.send(get)
	if text := c.wantEnd(); text != "bye" {
		t.Fatalf("read %q", text)
	}
	c.send("late")
	c.CloseWrite()
	if text := <-got; text != "late" {
		t.Errorf("the server has got %q", text)
	}
}

// A client that keeps its side open after the end of the upstream is closed.
func TestLinger(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.linger = 1 // a nanosecond
	b.raw(func(nc net.Conn) { request(bufio.NewReader(nc)) })
	c := b.connect()
	c.send(get)
	c.wantEnd()
	var err error
	for err == nil {
		_, err = io.WriteString(c, "x")
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection is still open")
	}
}

// A server that answers before it has the whole body and closes does not lose
// its answer.
func TestAnsweredEarly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		http.Error(w, "too much", http.StatusRequestEntityTooLarge)
	}))
	c := b.connect()
	var sent sync.WaitGroup
	sent.Go(func() {
		fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", large)
		io.Copy(c, noise(large))
	})
	if res, _ := c.answer(); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
	c.Close()
	sent.Wait()
}

func TestClientAborts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(ended)
	}))
	c := b.connect()
	c.send(get)
	within(t, "the request", begun)
	c.SetLinger(0)
	c.Close()
	within(t, "the end of the request", ended)
}

func TestUpstreamResets(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	read := make(chan struct{})
	b.raw(func(nc net.Conn) {
		request(bufio.NewReader(nc))
		io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
		<-read
		nc.(*net.TCPConn).SetLinger(0)
	})
	c := b.connect()
	c.send(get)
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(res.Body, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	close(read)
	if rest, err := io.ReadAll(res.Body); len(rest) > 0 || err != io.ErrUnexpectedEOF {
		t.Errorf("the rest: %q, %v", rest, err)
	}
}

// A client that does not read holds up its server, and nobody else.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	full := make(chan struct{})
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/endless" {
			fmt.Fprint(w, 1)
			return
		}
		rc := http.NewResponseController(w)
		block := make([]byte, 1<<20)
		for {
			// Only nobody who reads can make loopback take this long.
			rc.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := w.Write(block); err != nil {
				close(full)
				return
			}
		}
	}))
	slow := b.connect()
	slow.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
	c := b.connect()
	for done := false; !done; {
		c.get()
		select {
		case <-full:
			done = true
		default:
		}
	}
}

func TestMany(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	before := descriptors(t)
	t.Run("500", func(t *testing.T) {
		b := newBench(t)
		b.serve(nil)
		clients := make([]*client, 500)
		for i := range clients {
			clients[i] = b.connect()
		}
		for range 3 {
			for _, c := range clients {
				c.get()
			}
			b.serve(nil)
		}
		if n := b.Len(); n != len(clients) {
			t.Errorf("%d connections", n)
		}
		b.Close()
		if n := b.Len(); n != 0 {
			t.Errorf("%d connections after Close", n)
		}
	})
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// descriptors counts those that are open.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func TestOwns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	addr := make(chan netip.AddrPort, 1)
	old := b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr <- netip.MustParseAddrPort(r.RemoteAddr)
		fmt.Fprint(w, 1)
	}))
	c := b.connect()
	c.get()
	upstream := <-addr
	if !b.Owns(upstream) {
		t.Error("does not own its upstream")
	}
	if !b.Owns(netip.AddrPortFrom(netip.AddrFrom16(upstream.Addr().As16()), upstream.Port())) {
		t.Error("does not own it by its address in IPv6")
	}
	if b.Owns(netip.MustParseAddrPort(c.LocalAddr().String())) {
		t.Error("owns a client")
	}
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr <- netip.MustParseAddrPort(r.RemoteAddr)
		fmt.Fprint(w, 2)
	}))
	c.get()
	// The kernel may use a port again towards another one, as here.
	if next := <-addr; next != upstream && b.Owns(upstream) {
		t.Error("still owns the one that was replaced")
	}
	if got := <-old.closed; got.String() != upstream.String() {
		t.Errorf("the old generation has lost %v, want %v", got, upstream)
	}
}

// A connection that comes after Close is closed.
func TestTakeAfterClose(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(nil)
	b.Close()
	c := b.connect()
	c.wantClosed()
	if b.Len() != 0 {
		t.Error("the connection is kept")
	}
}
