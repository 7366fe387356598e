package relay

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// linger is how long a client whose upstream has ended may go on sending, or
	// be at rest.
	linger = 5 * time.Second
	// patience is how long bytes that may become a request are kept from an
	// upstream that may be waiting for them.
	patience = time.Second
)

// Relay owns client connections and the upstream connections that belong to
// them. All its methods may be called from everywhere at any time.
type Relay struct {
	dial       func(ctx context.Context) (net.Conn, error)
	linger     time.Duration
	patience   time.Duration
	generation atomic.Uint64 // how often Replaced was called
	spare      sync.Pool     // of *[largeSize]byte

	ctx     context.Context // of the dials; ends with Close
	end     context.CancelFunc
	running sync.WaitGroup // of the connections

	mu        sync.Mutex // guards all below
	closed    bool
	conns     map[*conn]struct{}
	upstreams map[netip.AddrPort]int // by local address
	strays    map[netip.AddrPort]bool
}

// New returns a relay without connections. dial connects to the generation that
// serves when it is called; it may block until its context ends, which it does
// with Close only.
func New(dial func(ctx context.Context) (net.Conn, error)) *Relay {
	ctx, end := context.WithCancel(context.Background())
	return &Relay{
		dial:      dial,
		linger:    linger,
		patience:  patience,
		spare:     sync.Pool{New: func() any { return new([largeSize]byte) }},
		ctx:       ctx,
		end:       end,
		conns:     make(map[*conn]struct{}),
		upstreams: make(map[netip.AddrPort]int),
		strays:    make(map[netip.AddrPort]bool),
	}
}

// Take makes client the relay's, which closes it when it is done, or at once
// after Close. The bytes of its next request have to be unread in the kernel;
// others that hold the same socket must not read from it any more. That they
// hold it does no harm: it is shut down before it is closed.
func (r *Relay) Take(client net.Conn) {
	c := newConn(r, client)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		shut(client)
		return
	}
	r.conns[c] = struct{}{}
	r.running.Go(c.run)
}

// Replaced says that another generation serves from now on: each connection
// moves to a new upstream with its next request.
func (r *Relay) Replaced() { r.generation.Add(1) }

// Stray says that the upstream connection with that local address is of a
// generation that was replaced, although it was dialled after Replaced: a
// process of that came to accept late. It moves with its next request.
func (r *Relay) Stray(addr netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if addr = plain(addr); r.upstreams[addr] > 0 {
		r.strays[addr] = true
	}
}

func (r *Relay) isStray(addr netip.AddrPort) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.strays[addr]
}

// Owns reports whether addr is the local address of an upstream connection,
// which is the address of the client for the program. It does not know the
// connection before the dial has returned, so a program that accepts quickly
// may have it for a moment when Owns says false; taking that one too costs a
// detour and loses nothing. Those of unix sockets have no address.
func (r *Relay) Owns(addr netip.AddrPort) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.upstreams[plain(addr)] > 0
}

// Len is how many client connections there are.
func (r *Relay) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns)
}

// Close closes all connections and returns when all goroutines have ended.
func (r *Relay) Close() {
	r.mu.Lock()
	r.closed = true
	open := make([]*conn, 0, len(r.conns))
	for c := range r.conns {
		open = append(open, c)
	}
	r.mu.Unlock()
	r.end()
	for _, c := range open {
		c.cut()
	}
	r.running.Wait()
}

func (r *Relay) left(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
}

// own notes the local address of an upstream, and disown that it is free again.
func (r *Relay) own(addr netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if addr.IsValid() {
		r.upstreams[addr]++
	}
}

func (r *Relay) disown(addr netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.upstreams[addr]--; r.upstreams[addr] <= 0 {
		delete(r.upstreams, addr)
		delete(r.strays, addr)
	}
}

// plain makes IPv4 in IPv6 the same address as IPv4, and leaves out the zone.
func plain(addr netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(addr.Addr().Unmap().WithZone(""), addr.Port())
}
