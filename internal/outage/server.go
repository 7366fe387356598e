package outage

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	headTime    = 5 * time.Second
	longestHead = 64 << 10
	bodyTime    = 10 * time.Second
	longestBody = 256 << 20
	crowd       = 256 // connections at once
	grace       = time.Second
)

// Server answers until it is closed.
type Server struct {
	http    *http.Server
	doors   []*door
	running sync.WaitGroup // of the accept loops
	places  chan struct{}  // one for each connection
	closing chan struct{}  // closed by Release: no more connections

	open   sync.WaitGroup // of the connections
	mu     sync.Mutex     // guards all below
	conns  map[*conn]struct{}
	silent []net.Conn // which Release returns
}

// Serve begins to answer on the listeners, which are the server's from now on.
// page is called for each request, from several goroutines at once.
func Serve(listeners []net.Listener, page func() Page) *Server { return serve(listeners, page, crowd) }

func serve(listeners []net.Listener, page func() Page, places int) *Server {
	s := &Server{
		places:  make(chan struct{}, places),
		closing: make(chan struct{}),
		conns:   make(map[*conn]struct{}),
	}
	s.http = &http.Server{
		Handler:           handler{page},
		ReadHeaderTimeout: headTime,
		IdleTimeout:       headTime,
		MaxHeaderBytes:    longestHead,
		Protocols:         new(http.Protocols),
		ErrorLog:          log.New(io.Discard, "", 0), // what clients send is no news
	}
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	for _, ln := range listeners {
		d := &door{Listener: ln, server: s}
		s.doors = append(s.doors, d)
		s.running.Go(func() { s.http.Serve(d) })
	}
	return s
}

// Close accepts no more connections, closes the listeners, and returns when all
// goroutines have ended: requests that have come in full are answered, others
// are given up after a second. Call either Close or Release, once.
func (s *Server) Close() {
	for _, c := range s.Release() {
		c.Close()
	}
}

// Release is Close for a program that is back: it returns the connections on
// which nothing was sent yet, which are the caller's from then on. A client that
// has connected ahead would lose its request with them.
func (s *Server) Release() []net.Conn {
	close(s.closing)
	for _, d := range s.doors {
		d.Close()
	}
	s.running.Wait()
	s.mu.Lock()
	open := slices.Collect(maps.Keys(s.conns))
	s.mu.Unlock()
	for _, c := range open {
		c.release()
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
	s.open.Wait()
	return s.silent
}
