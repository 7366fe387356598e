package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// server is an http.Server on one of our listeners.
type server struct {
	sup  *Supervisor
	ln   *Listener
	srv  *http.Server
	next http.Handler // the user's
	tls  bool
}

// Serve registers srv for the connections of ln. It does not block: accepting
// begins in Run, or at once if Run is serving already. The hooks ConnState and
// ConnContext and the Handler of srv are chained, never replaced; srv must not
// be served or shut down by anybody else. The same srv may serve several
// listeners.
func (s *Supervisor) Serve(ln net.Listener, srv *http.Server) error {
	l, err := s.own(ln)
	if err != nil {
		return err
	}
	return s.register(&server{sup: s, ln: l, srv: srv}, nil)
}

// ServeTLS is Serve with TLS and, unless srv says otherwise, HTTP/2. The files
// are read at once, and again by ReloadCertificates, that is on SIGHUP. They may
// be empty if srv.TLSConfig has its certificates; a Certificate can be one.
func (s *Supervisor) ServeTLS(ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	l, err := s.own(ln)
	if err != nil {
		return err
	}
	var cert *Certificate
	if certFile != "" || keyFile != "" {
		// Now rather than in Run, so that a bad file fails before anything is handed over.
		if cert, err = LoadCertificate(certFile, keyFile); err != nil {
			return fmt.Errorf("supervisor: serve %s: %w", l.name, err)
		}
	}
	return s.register(&server{sup: s, ln: l, srv: srv, tls: true}, cert)
}

// own returns ln as the listener that Listen has made.
func (s *Supervisor) own(ln net.Listener) (*Listener, error) {
	l, ok := ln.(*Listener)
	if !ok || l.sup != s {
		return nil, fmt.Errorf("supervisor: serve %s: the listener does not come from this supervisor; get it from Listen", ln.Addr())
	}
	return l, nil
}

func (s *Supervisor) register(v *server, cert *Certificate) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.ln.served {
		return fmt.Errorf("supervisor: serve %s: the listener has a server", v.ln.name)
	}
	v.ln.served = true
	v.ln.certificate = cert
	hooked, certified := false, false
	for _, other := range s.servers {
		if other.srv == v.srv {
			hooked, certified = true, certified || other.ln.certificate != nil
		}
	}
	if !hooked {
		v.hook()
	}
	if cert != nil && !certified {
		v.srv.TLSConfig = certify(v.srv.TLSConfig)
	}
	s.servers = append(s.servers, v)
	if s.serving {
		s.startLocked(v)
	}
	return nil
}

// hook chains our parts into the user's server.
func (v *server) hook() {
	v.next = v.srv.Handler
	if v.next == nil {
		v.next = http.DefaultServeMux
	}
	v.srv.Handler = v

	connState := v.srv.ConnState
	v.srv.ConnState = func(nc net.Conn, state http.ConnState) {
		v.observe(nc, state)
		if connState != nil {
			connState(nc, state)
		}
	}
	connContext := v.srv.ConnContext
	v.srv.ConnContext = func(ctx context.Context, nc net.Conn) context.Context {
		if connContext != nil {
			ctx = connContext(ctx, nc)
		}
		return context.WithValue(ctx, connKey{}, tracked(nc))
	}
}

// connKey is the key of the *conn that a request came on.
type connKey struct{}

// ServeHTTP is the user's handler, with a word to the client that its
// connection ends here if it cannot move to the next process. On HTTP/2
// net/http turns that header into GOAWAY. Neither SetKeepAlivesEnabled(false)
// nor Shutdown may say it: both close connections that have just been used
// (golang/go#75591).
func (v *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, _ := r.Context().Value(connKey{}).(*conn)
	if c != nil {
		c.depart(r, v.next)
		defer c.arrive(r)
	}
	if v.sup.lameDuck.Load() && (c == nil || v.sup.conns.told(c)) {
		w.Header().Set("Connection", "close")
	}
	v.next.ServeHTTP(w, r)
}

func (v *server) observe(nc net.Conn, state http.ConnState) {
	c := tracked(nc)
	if c == nil {
		return
	}
	c.enter(state, nc)
	if state == http.StateIdle && v.sup.lameDuck.Load() {
		v.sup.conns.changedState()
	}
}

// startServing begins to accept on every listener that has a server.
func (s *Supervisor) startServing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving = true
	for _, v := range s.servers {
		s.startLocked(v)
	}
	for _, g := range s.graceful {
		s.startGracefulLocked(g)
	}
}

func (s *Supervisor) startLocked(v *server) {
	for _, ln := range []net.Listener{v.ln, handed{v.ln, v.idleTimeout()}} {
		s.serves.Go(func() {
			err := v.accept(ln)
			if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
				return
			}
			select {
			case s.served <- fmt.Errorf("supervisor: serve %s: %w", v.ln.name, err):
			case <-s.finished:
			}
		})
	}
}

// idleTimeout is that of net/http for this server, 0 for none.
func (v *server) idleTimeout() time.Duration {
	if v.srv.IdleTimeout != 0 {
		return v.srv.IdleTimeout
	}
	return v.srv.ReadTimeout
}

func (v *server) accept(ln net.Listener) error {
	if v.tls {
		return v.srv.ServeTLS(ln, "", "")
	}
	return v.srv.Serve(ln)
}

func (s *Supervisor) distinctServers() []*http.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := make(map[*http.Server]bool)
	var all []*http.Server
	for _, v := range s.servers {
		if !seen[v.srv] {
			seen[v.srv] = true
			all = append(all, v.srv)
		}
	}
	return all
}
