package relay

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Clients that send the next request as soon as they have an answer lose
// nothing, and the first request after Replaced meets the new generation.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.serve(nil)
	const clients, replacements = 8, 20
	type met struct{ client, generation int }
	news := make(chan met, clients*(replacements+2))
	stop := make(chan struct{})
	var requests atomic.Int64
	var running sync.WaitGroup
	for i := range clients {
		c := b.connect()
		running.Go(func() {
			defer func() { news <- met{i, 0} }()
			last := 0
			for {
				select {
				case <-stop:
					return
				default:
				}
				least := b.current.Load().number // which Replaced may not have been called for yet
				if _, err := io.WriteString(c, get); err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				_, body, err := c.read(nil)
				if err != nil {
					t.Errorf("client %d, after generation %d: %v", i, last, err)
					return
				}
				requests.Add(1)
				n, _ := strconv.Atoi(body)
				if n < least-1 || n < last {
					t.Errorf("client %d: generation %d has answered, after %d, while %d was serving", i, n, last, least)
				}
				if n != last {
					last = n
					news <- met{i, n}
				}
			}
		})
	}
	for n := 1; n <= replacements+1; n++ {
		for range clients {
			if m := <-news; m.generation != n {
				t.Fatalf("client %d has met generation %d, want %d", m.client, m.generation, n)
			}
		}
		if n > 1 {
			old.stop()
		}
		if n <= replacements {
			old = b.all[n-1]
			b.serve(nil)
		}
	}
	close(stop)
	running.Wait()
	t.Logf("%d requests over %d replacements", requests.Load(), replacements)
	if n := b.Len(); n != clients {
		t.Errorf("%d connections are left of %d", n, clients)
	}
}

// A generation that is stopped closes its idle connections, and no client sees
// it, whether they are closed or reset.
func TestOldGenerationEnds(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"closed", "reset"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			end := make(chan struct{})
			ended := make(chan struct{}, 1)
			b.raw(func(nc net.Conn) {
				request(bufio.NewReader(nc))
				io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
				<-end
				if how == "reset" {
					nc.(*net.TCPConn).SetLinger(0)
				}
				nc.Close()
				ended <- struct{}{}
			})
			c := b.connect()
			if n := c.get(); n != 1 {
				t.Fatalf("generation %d", n)
			}
			b.serve(nil)
			close(end)
			within(t, "the end", ended)
			if n := c.get(); n != 2 {
				t.Errorf("generation %d has answered", n)
			}
		})
	}
}

// Without Replaced the end of an upstream is the program's word to the client.
func TestUpstreamClosesIdle(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.raw(func(nc net.Conn) {
		request(bufio.NewReader(nc))
		io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
	})
	b.linger = 1
	c := b.connect()
	c.get()
	c.wantEnd()
}

// A generation that dies right after it has begun to serve leaves its clients to
// the one that takes up again, which nobody can say as early as the kernel ends
// the connections.
func TestGenerationDies(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before the next request", "after it"} {
		b := newBench(t)
		b.linger = time.Hour
		first := b.serve(nil)
		c := b.connect()
		c.get()
		died := b.raw(func(nc net.Conn) {
			request(bufio.NewReader(nc))
			io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")
		})
		if n := c.get(); n != died.number {
			t.Errorf("generation %d has answered", n)
		}
		for b.upstreamCount() > 0 { // until its end has been seen
			runtime.Gosched()
		}
		b.current.Store(first)
		if when == "before the next request" {
			b.Replaced()
		}
		for range 3 {
			if n := c.get(); n != first.number {
				t.Errorf("%s: generation %d has answered", when, n)
			}
		}
	}
}

func TestConnectionClose(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, "last")
	}))
	c := b.connect()
	c.send(get)
	if _, body := c.answer(); body != "last" {
		t.Errorf("body %q", body)
	}
	c.wantEnd()
}

// A body without length ends with the connection, also after Replaced: a client
// that is kept then would wait for ever.
func TestBodyUntilTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	replaced := make(chan struct{})
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "one ")
		http.NewResponseController(w).Flush()
		<-replaced
		io.WriteString(w, "two")
	}))
	c := b.connect()
	c.send("GET / HTTP/1.0\r\n\r\n")
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.serve(nil)
	close(replaced)
	body, err := io.ReadAll(res.Body)
	if string(body) != "one two" || err != nil {
		t.Errorf("body %q, %v", body, err)
	}
}

// A stream that is cut by the end of its generation ends for the client as well.
func TestStreamIsCut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "data: 1\n\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}))
	c := b.connect()
	c.send(get)
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(res.Body, make([]byte, len("data: 1\n\n"))); err != nil {
		t.Fatal(err)
	}
	b.serve(nil)
	old.stop()
	if _, err := io.ReadAll(res.Body); err != io.ErrUnexpectedEOF {
		t.Errorf("the rest of the stream: %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// A stream goes on to its end with the generation that has begun it, and the
// request after it meets the new one.
func TestStreamStays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	next := make(chan int)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := range next {
			fmt.Fprintf(w, "data: %d\n\n", n)
			http.NewResponseController(w).Flush()
		}
	}))
	c := b.connect()
	c.send(get)
	var in *bufio.Reader
	for n := range 10 {
		next <- n
		if in == nil {
			res, err := http.ReadResponse(c.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			in = bufio.NewReader(res.Body)
		}
		want := fmt.Sprintf("data: %d\n\n", n)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(in, got); err != nil || string(got) != want {
			t.Fatalf("event %q, %v, want %q", got, err, want)
		}
		if n%3 == 2 {
			b.serve(nil)
		}
	}
	close(next)
	if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
		t.Fatalf("end of the stream: %q, %v", rest, err)
	}
	if n := c.get(); n != 4 {
		t.Errorf("generation %d has answered after the stream", n)
	}
}

// The rest of a body follows its beginning, also when the server has said
// Continue meanwhile and when it reads as a request.
func TestContinue(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	body := strings.Repeat(get, 3)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		fmt.Fprint(w, err == nil && string(got) == body)
	}))
	c := b.connect()
	c.send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body)))
	if res, err := http.ReadResponse(c.in, nil); err != nil || res.StatusCode != http.StatusContinue {
		t.Fatalf("%v, %v", res, err)
	}
	b.serve(nil)
	c.send(body)
	if _, got := c.answer(); got != "true" {
		t.Errorf("the server has got the body: %s", got)
	}
	if n := c.get(); n != 2 {
		t.Errorf("generation %d has answered afterwards", n)
	}
}

// A request that comes byte by byte moves as one, and so do the line ends that
// some clients send after a body, which the new generation must not see.
func TestByteByByte(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(nil)
	c := b.connect()
	c.get()
	b.raw(func(nc net.Conn) {
		head := request(bufio.NewReader(nc))
		fmt.Fprintf(nc, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(head), head)
	})
	for _, part := range "\r\n" + get {
		c.send(string(part))
	}
	if _, body := c.answer(); body != get {
		t.Errorf("the new generation has got %q", body)
	}
}

// Bytes that may become a request are for the old upstream when no more come.
func TestPatience(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.patience = 1 // a nanosecond
	b.raw(echo)
	c := b.connect()
	c.send("GET")
	c.want("GET")
	b.serve(nil)
	c.send("PO")
	c.want("PO")
}

// When the new generation cannot be reached, the old one serves on.
func TestNobodyToDial(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	cut := make(chan struct{})
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/stream" {
			fmt.Fprint(w, 1)
			return
		}
		http.NewResponseController(w).Flush()
		<-cut
		panic(http.ErrAbortHandler)
	}))
	kept, late := b.connect(), b.connect()
	kept.get()
	b.current.Store(nil)
	b.Replaced()
	if n := kept.get(); n != 1 {
		t.Errorf("generation %d", n)
	}
	late.send(get)
	late.wantClosed()

	kept.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
	res, err := http.ReadResponse(kept.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	close(cut)
	if _, err := io.ReadAll(res.Body); err != io.ErrUnexpectedEOF {
		t.Errorf("the end of a stream of the old generation: %v", err)
	}
}

func echo(nc net.Conn) { io.Copy(nc, nc) }

// A server that had said that it would close, and a client that goes on.
func TestMovesFromOneThatCloses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.raw(func(nc net.Conn) {
		in := bufio.NewReader(nc)
		request(in)
		io.WriteString(nc, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1")
		request(in)
	})
	c := b.connect()
	c.get()
	b.serve(nil)
	if n := c.get(); n != 2 {
		t.Errorf("generation %d has answered", n)
	}
}

// Without a replacement all requests go over one connection.
func TestOneUpstream(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RemoteAddr) }))
	c := b.connect()
	c.send(get)
	_, first := c.answer()
	for range 3 {
		c.send(get)
		if _, next := c.answer(); next != first {
			t.Errorf("the request has come from %s, the first one from %s", next, first)
		}
	}
}

// A process of a generation that was replaced may come to accept late, and get
// what was dialled for the next one. Once that is known the client moves on.
func TestStray(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := b.serve(nil)
	next := b.serve(nil)
	b.current.Store(old)
	c := b.connect()
	if n := c.get(); n != old.number {
		t.Fatalf("generation %d answers", n)
	}
	b.current.Store(next)
	if n := c.get(); n != old.number {
		t.Fatalf("generation %d answers, and nobody has said so", n)
	}
	b.mu.Lock()
	upstreams := slices.Collect(maps.Keys(b.upstreams))
	b.mu.Unlock()
	for _, addr := range upstreams {
		b.Stray(addr)
	}
	for range 2 {
		if n := c.get(); n != next.number {
			t.Fatalf("generation %d answers", n)
		}
	}
}
