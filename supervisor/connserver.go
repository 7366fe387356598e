package supervisor

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// ServeConns makes a GracefulServer of a function that serves one connection,
// for protocols of a program's own. serve is called in a goroutine for each
// connection, which is closed when it returns. Its ctx ends with Stop, that is
// at the deadline of a drain; DrainContext, OnDrain and Draining tell it of the
// begin, from when on it should come to an end. It must not panic, which ends
// the program as in any goroutine.
func ServeConns(serve func(ctx context.Context, nc net.Conn)) GracefulServer {
	s := &connServer{serve: serve, open: make(map[net.Conn]struct{})}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

type connServer struct {
	serve  func(context.Context, net.Conn)
	ctx    context.Context // of all connections
	cancel context.CancelCauseFunc
	busy   sync.WaitGroup // accept loops and connections

	mu        sync.Mutex // guards all below
	closing   bool
	listeners []net.Listener
	open      map[net.Conn]struct{}
}

// Serve implements GracefulServer.
func (s *connServer) Serve(ln net.Listener) error {
	if !s.enter(ln) {
		return net.ErrClosed
	}
	defer s.busy.Done() // so that connections are added while somebody is in there
	for {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			s.busy.Go(func() { s.handle(nc) })
		case scarce(err) && s.pause():
		default:
			return err
		}
	}
}

func (s *connServer) enter(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.listeners = append(s.listeners, ln)
	s.busy.Add(1)
	return true
}

func (s *connServer) handle(nc net.Conn) {
	defer nc.Close()
	s.mu.Lock()
	s.open[nc] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.open, nc)
		s.mu.Unlock()
	}()
	if s.ctx.Err() != nil {
		return
	}
	s.serve(context.WithValue(s.ctx, connKey{}, tracked(nc)), nc)
}

// scarce reports whether accept failed for want of something that others give back.
func scarce(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) ||
		errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ECONNABORTED)
}

// pause waits before the next attempt, as accept would fail at once again.
func (s *connServer) pause() bool {
	again := time.NewTimer(20 * time.Millisecond)
	defer again.Stop()
	select {
	case <-again.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// GracefulStop implements GracefulServer.
func (s *connServer) GracefulStop() {
	s.close()
	s.busy.Wait()
	s.cancel(ErrStopping)
}

// Stop implements GracefulServer.
func (s *connServer) Stop() {
	s.cancel(ErrAborted)
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.open {
		nc.Close()
	}
}

func (s *connServer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for _, ln := range s.listeners {
		ln.Close()
	}
	s.listeners = nil
}
