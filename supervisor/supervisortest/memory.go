package supervisortest

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// memory is a listener that is reached through its dial alone.
type memory struct {
	name     string
	addr     net.Addr
	accepted chan net.Conn
	closed   chan struct{}
	close    sync.Once
	open     atomic.Int64 // connections that the server has not closed
}

func newMemory(name, network, addr string) (*memory, error) {
	var at net.Addr
	var err error
	switch network {
	case "tcp", "tcp4", "tcp6":
		at, err = net.ResolveTCPAddr(network, addr)
	case "unix":
		at, err = net.ResolveUnixAddr(network, addr)
	default:
		err = fmt.Errorf("network %q is not one of tcp, tcp4, tcp6, unix", network)
	}
	if err != nil {
		return nil, err
	}
	return &memory{name: name, addr: at, accepted: make(chan net.Conn), closed: make(chan struct{})}, nil
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case nc := <-m.accepted:
		return nc, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.close.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return m.addr }

// dial returns when the connection was accepted, or with ctx.
func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	m.open.Add(1)
	served := &counted{Conn: theirs, open: &m.open}
	select {
	case m.accepted <- served:
		return ours, nil
	case <-m.closed:
		served.Close()
		return nil, fmt.Errorf("dial %s: %w", m.name, net.ErrClosed)
	case <-ctx.Done():
		served.Close()
		return nil, fmt.Errorf("dial %s: %w", m.name, context.Cause(ctx))
	}
}

// counted is the server's end of a connection.
type counted struct {
	net.Conn
	open *atomic.Int64
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}
