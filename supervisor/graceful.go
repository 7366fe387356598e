package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
)

// GracefulServer is a server of another protocol than HTTP/1 and net/http's
// HTTP/2. *grpc.Server is one as it is; ServeConns makes one of a function.
type GracefulServer interface {
	// Serve accepts connections until the listener is closed, by GracefulStop,
	// Stop or the supervisor.
	Serve(net.Listener) error
	// GracefulStop closes the listener, tells clients to go, and returns when
	// everything under way is done.
	GracefulStop()
	// Stop closes all connections. Serve and GracefulStop return then.
	Stop()
}

// ServeGraceful registers srv for the connections of ln, as Serve does for HTTP.
// A drain calls GracefulStop, at a stop when nobody waits in the queue any more
// and at an upgrade after Options.Guard, since it cannot be taken back; at the
// deadline it calls Stop. Connections stay with this process until they are
// closed, and are reported as those of the listener. Options.Spread does not
// apply, as the server parts from its clients by itself.
//
// If the new process dies later than Guard, while this one still drains, this
// one takes up again without srv, and the address of ln refuses connections
// until the next upgrade.
func (s *Supervisor) ServeGraceful(ln net.Listener, srv GracefulServer) error {
	l, err := s.own(ln)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.served {
		return fmt.Errorf("supervisor: serve %s: the listener has a server", l.name)
	}
	l.served, l.opaque = true, true
	g := &graceful{ln: &lent{Listener: l, over: make(chan struct{})}, srv: srv}
	s.graceful = append(s.graceful, g)
	if s.serving {
		s.startGracefulLocked(g)
	}
	return nil
}

// graceful is a GracefulServer on one of our listeners.
type graceful struct {
	ln     *lent
	srv    GracefulServer
	ending bool // GracefulStop was called; owned by the drain
}

func (s *Supervisor) startGracefulLocked(g *graceful) {
	s.serves.Go(func() {
		err := g.srv.Serve(g.ln)
		if err == nil || errors.Is(err, net.ErrClosed) {
			return
		}
		select {
		case s.served <- fmt.Errorf("supervisor: serve %s: %w", g.ln.name, err):
		case <-s.finished:
		}
	})
}

func (s *Supervisor) allGraceful() []*graceful {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*graceful(nil), s.graceful...)
}

// endGraceful asks the graceful servers to end. The drain waits for them.
func (s *Supervisor) endGraceful() {
	for _, g := range s.allGraceful() {
		if g.ending {
			continue
		}
		g.ending = true
		done := s.conns.call()
		s.serves.Go(func() {
			defer done()
			g.srv.GracefulStop()
		})
	}
}

// stopGraceful ends them at once.
func (s *Supervisor) stopGraceful() {
	for _, g := range s.allGraceful() {
		g.srv.Stop()
	}
}

// forsake has connections refused at the listeners of the graceful servers that
// have ended: nobody would answer what waits there. The next process listens
// there again.
func (s *Supervisor) forsake() {
	for _, g := range s.allGraceful() {
		if g.ending {
			g.ln.park()
			g.ln.refuse()
			s.log(slog.LevelError, "the server of this listener has ended, its address refuses connections until the next upgrade", "listener", g.ln.name)
		}
	}
}

// lent is a listener in the hands of a server that will close it. That ends its
// Accept; the socket has to live on for the next process.
type lent struct {
	*Listener
	once sync.Once
	over chan struct{}
}

func (l *lent) Accept() (net.Conn, error) { return l.acceptUnless(l.over) }

func (l *lent) Close() error {
	l.once.Do(func() { close(l.over) })
	l.park() // wakes Accept
	return nil
}
