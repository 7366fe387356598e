package supervisortest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/ginreload/ginreload/supervisor"
)

// fakeServer serves one listener.
type fakeServer struct {
	ln       *memory
	serve    func(net.Listener) error // until shutdown or cut
	shutdown func(context.Context) error
	cut      func()
}

func httpServer(srv *http.Server, serve func(net.Listener) error) *fakeServer {
	return &fakeServer{serve: serve, shutdown: srv.Shutdown, cut: func() { srv.Close() }}
}

// Listen returns a listener in memory, which Dial connects to. What addr says is
// its address, and otherwise of no consequence.
func (f *Fake) Listen(name, network, addr string) (net.Listener, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l, err := newMemory(name, network, addr)
	if err == nil {
		err = f.nameLocked(name)
	}
	if err != nil {
		return nil, fmt.Errorf("supervisor: listen %s: %w", name, err)
	}
	f.listeners = append(f.listeners, l)
	return l, nil
}

// ReloadCertificates does nothing: what ServeTLS has read stays.
func (f *Fake) ReloadCertificates() error { return nil }

// nameLocked returns an error if the name is taken.
func (f *Fake) nameLocked(name string) error {
	for _, l := range f.listeners {
		if l.name == name {
			return fmt.Errorf("the name is taken by %s", l.addr)
		}
	}
	for _, p := range f.packets {
		if p.name == name {
			return fmt.Errorf("the name is taken by %s", p.addr)
		}
	}
	return nil
}

// Adopt returns a listener in memory; open is not called.
func (f *Fake) Adopt(name string, _ func() (net.Listener, error)) (net.Listener, error) {
	return f.Listen(name, "unix", name)
}

// Serve registers srv for a listener from Listen.
func (f *Fake) Serve(ln net.Listener, srv *http.Server) error {
	return f.register(ln, httpServer(srv, srv.Serve))
}

// ServeTLS is Serve with TLS. It reads the files.
func (f *Fake) ServeTLS(ln net.Listener, srv *http.Server, certFile, keyFile string) error {
	if certFile != "" || keyFile != "" {
		if _, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil {
			return fmt.Errorf("supervisor: serve %s: %w", ln.Addr(), err)
		}
	}
	return f.register(ln, httpServer(srv, func(ln net.Listener) error { return srv.ServeTLS(ln, certFile, keyFile) }))
}

// ServeGraceful registers srv for a listener from Listen.
func (f *Fake) ServeGraceful(ln net.Listener, srv supervisor.GracefulServer) error {
	return f.register(ln, &fakeServer{
		serve: srv.Serve,
		shutdown: func(ctx context.Context) error {
			late := context.AfterFunc(ctx, srv.Stop)
			defer late()
			srv.GracefulStop()
			return context.Cause(ctx)
		},
		cut: srv.Stop,
	})
}

func (f *Fake) register(ln net.Listener, v *fakeServer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.listeners {
		if net.Listener(l) == ln {
			v.ln = l
		}
	}
	if v.ln == nil {
		return fmt.Errorf("supervisor: serve %s: the listener does not come from this supervisor; get it from Listen", ln.Addr())
	}
	for _, other := range f.servers {
		if other.ln == v.ln {
			return fmt.Errorf("supervisor: serve %s: the listener has a server", v.ln.name)
		}
	}
	f.servers = append(f.servers, v)
	if f.phase == serving {
		f.startLocked(v)
	}
	return nil
}

func (f *Fake) startLocked(v *fakeServer) {
	failed := f.failed
	f.running.Go(func() {
		if err := v.serve(v.ln); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			select {
			case failed <- fmt.Errorf("supervisor: serve %s: %w", v.ln.name, err):
			default:
			}
		}
	})
}

// Dial connects to the listener of that name, and waits until it accepts.
func (f *Fake) Dial(ctx context.Context, name string) (net.Conn, error) {
	f.mu.Lock()
	var ln *memory
	for _, l := range f.listeners {
		if l.name == name {
			ln = l
		}
	}
	f.mu.Unlock()
	if ln == nil {
		return nil, fmt.Errorf("dial %s: there is no listener of that name", name)
	}
	return ln.dial(ctx)
}

// Client returns an HTTP client whose every connection goes to the listener of
// that name, whatever the host in a URL. It reuses none, so that nothing of it
// is left to be closed.
func (f *Fake) Client(name string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return f.Dial(ctx, name) },
	}}
}
