package relay

import (
	"net"
	"net/netip"
)

// upstream is a connection to a generation.
type upstream struct {
	conn       net.Conn
	addr       netip.AddrPort // local, zero for a unix socket
	generation uint64         // of the relay before the dial
	done       chan struct{}  // closed when nothing reads from conn any more

	// All guarded by the mu of the connection that it belongs to.
	leaving bool // about to be replaced, so that its end is of no interest
	gone    bool // has ended, is closed, and the client does not know
	ended   bool // has ended, and the client was told
}

// connect dials the generation that serves. If it is replaced meanwhile, the
// upstream counts as one of the former, and at worst is dialled again.
func (r *Relay) connect() (*upstream, error) {
	generation := r.generation.Load()
	nc, err := r.dial(r.ctx)
	if err != nil {
		return nil, err
	}
	up := &upstream{conn: nc, generation: generation, done: make(chan struct{})}
	if tcp, ok := nc.LocalAddr().(*net.TCPAddr); ok {
		up.addr = plain(tcp.AddrPort())
	}
	r.own(up.addr)
	return up, nil
}

// closeWrite ends the stream to the other side and leaves the other direction
// open, for connections that have directions.
func closeWrite(nc net.Conn) {
	if c, ok := nc.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
}

// shut closes nc for everybody. Another process may hold the same socket, and
// then Close alone would send nothing.
func shut(nc net.Conn) {
	closeWrite(nc)
	if c, ok := nc.(interface{ CloseRead() error }); ok {
		c.CloseRead()
	}
	nc.Close()
}
