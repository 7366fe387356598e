package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// packets is what a socket for datagrams must be able to do: all of
// *net.UDPConn and *net.UnixConn.
type packets interface {
	net.PacketConn
	File() (*os.File, error)
	SyscallConn() (syscall.RawConn, error)
}

// PacketConn is a named socket for datagrams that outlives the process. It is a
// net.PacketConn whose ReadFrom can be paused, and nothing more, because every
// other way of reading would go on.
type PacketConn struct {
	name   string
	node   string // as that of a Listener
	socket packets

	mu       sync.Mutex // guards all below
	parked   bool
	closed   bool
	deadline time.Time     // for reading, as the program has set it
	changed  chan struct{} // closed and replaced when one of the others changes
}

// ListenPacket is Listen for datagrams; it returns a *PacketConn. network is
// "udp", "udp4", "udp6" or "unixgram".
//
// Both generations have the same socket, and the kernel gives a datagram to
// whoever reads first. So in a new process ReadFrom blocks until it takes over,
// and in the old one from then on, until Run returns and closes the socket;
// meanwhile the datagrams wait in the socket's buffer. WriteTo always works. In
// the moments between, either process may get a datagram. This suits protocols
// where each datagram stands for itself, as in DNS or statsd; where one process
// has the state of a session (QUIC, DTLS), its session ends with the upgrade.
// Such sockets are not offered to the descriptor store of a service manager.
// At a stop ReadFrom goes on until Run returns.
func (s *Supervisor) ListenPacket(name, network, addr string) (net.PacketConn, error) {
	switch network {
	case "udp", "udp4", "udp6", "unixgram":
	default:
		return nil, fmt.Errorf("supervisor: listen %s: network %q is not one of udp, udp4, udp6, unixgram", name, network)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.packetLocked(name, network, addr)
	if err != nil {
		return nil, fmt.Errorf("supervisor: listen %s: %w", name, err)
	}
	if p.parked = s.predecessor != nil && !s.accepting; p.parked {
		p.socket.SetReadDeadline(past)
	}
	s.packets = append(s.packets, p)
	return p, nil
}

func (s *Supervisor) packetLocked(name, network, addr string) (*PacketConn, error) {
	if err := s.nameLocked(name); err != nil {
		return nil, err
	}
	p := &PacketConn{name: name, changed: make(chan struct{})}
	for _, in := range s.candidatesLocked(name, true) {
		if p.socket = s.claimPackets(in, network, addr); p.socket != nil {
			in.taken, p.node = true, in.Node
			return p, nil
		}
	}
	pc, err := bind(network, addr, net.ListenPacket)
	if err != nil {
		return nil, err
	}
	p.socket = pc.(packets)
	if path := pathOf(pc.LocalAddr()); path != "" {
		p.node = node(path)
	}
	return p, nil
}

// claimPackets is claim for datagrams.
func (s *Supervisor) claimPackets(in *inherited, network, addr string) packets {
	f := s.take(in, func(have net.Addr) bool { return serves(have, network, addr) })
	if f == nil {
		return nil
	}
	if f != in.file {
		defer f.Close()
	}
	pc, err := net.FilePacketConn(f)
	if err != nil {
		return nil
	}
	p, ok := pc.(packets)
	if !ok || !serves(pc.LocalAddr(), network, addr) {
		pc.Close()
		return nil
	}
	return p
}

func (p *PacketConn) slot() slot {
	return slot{Name: p.name, Network: p.LocalAddr().Network(), Addr: p.LocalAddr().String(), Node: p.node}
}

func (p *PacketConn) file() (*os.File, error) { return p.socket.File() }

// Name returns the name under which generations know the socket.
func (p *PacketConn) Name() string { return p.name }

// LocalAddr returns the address of the socket.
func (p *PacketConn) LocalAddr() net.Addr { return p.socket.LocalAddr() }

// ReadFrom waits for a datagram, while the socket is another process's to read
// as well.
func (p *PacketConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		if err := p.turn(); err != nil {
			return 0, nil, err
		}
		n, from, err := p.socket.ReadFrom(b)
		if !errors.Is(err, os.ErrDeadlineExceeded) || p.expired() {
			return n, from, err
		}
	}
}

// turn returns when this process may read.
func (p *PacketConn) turn() error {
	for {
		p.mu.Lock()
		parked, closed, deadline, changed := p.parked, p.closed, p.deadline, p.changed
		p.mu.Unlock()
		switch {
		case closed:
			return net.ErrClosed
		case !parked:
			return nil
		case deadline.IsZero():
			<-changed
			continue
		}
		over := time.NewTimer(time.Until(deadline))
		select {
		case <-changed:
			over.Stop()
		case <-over.C:
			return os.ErrDeadlineExceeded
		}
	}
}

// expired reports whether a deadline that was met is the program's own.
func (p *PacketConn) expired() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.parked && !p.deadline.IsZero() && !time.Now().Before(p.deadline)
}

// WriteTo sends a datagram, also while this process must not read.
func (p *PacketConn) WriteTo(b []byte, to net.Addr) (int, error) { return p.socket.WriteTo(b, to) }

// Close closes this process's copy of the socket. Run does it when it returns.
func (p *PacketConn) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.changedLocked()
	return p.socket.Close()
}

// SetDeadline implements net.PacketConn.
func (p *PacketConn) SetDeadline(t time.Time) error {
	return errors.Join(p.SetReadDeadline(t), p.SetWriteDeadline(t))
}

// SetReadDeadline implements net.PacketConn.
func (p *PacketConn) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deadline = t
	p.changedLocked()
	if p.parked {
		return nil
	}
	return p.socket.SetReadDeadline(t)
}

// SetWriteDeadline implements net.PacketConn.
func (p *PacketConn) SetWriteDeadline(t time.Time) error { return p.socket.SetWriteDeadline(t) }

// SyscallConn is for the options of the socket. What is read through it is not
// paused.
func (p *PacketConn) SyscallConn() (syscall.RawConn, error) { return p.socket.SyscallConn() }

func (p *PacketConn) park(parked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parked == parked || p.closed {
		return
	}
	p.parked = parked
	p.changedLocked()
	deadline := p.deadline
	if parked {
		deadline = past
	}
	p.socket.SetReadDeadline(deadline)
}

func (p *PacketConn) changedLocked() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// parkPackets gives the datagrams to the next process, or takes them back.
func (s *Supervisor) parkPackets(parked bool) {
	for _, p := range s.allPackets() {
		p.park(parked)
	}
}

func (s *Supervisor) closePackets() {
	for _, p := range s.allPackets() {
		if err := p.Close(); err != nil {
			s.log(slog.LevelWarn, "cannot close a socket", "name", p.name, "error", err)
		}
	}
}

func (s *Supervisor) allPackets() []*PacketConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*PacketConn(nil), s.packets...)
}
