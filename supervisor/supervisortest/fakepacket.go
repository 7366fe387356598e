package supervisortest

import (
	"fmt"
	"net"
)

// packets is a socket for datagrams whose only peer is the test. Each Write of
// the pipe is one datagram.
type packets struct {
	name string
	addr net.Addr
	net.Conn
	peer net.Conn
	read chan []byte // capacity 1: the buffer, for one reader at a time
}

const maxDatagram = 64 << 10

func newPackets(name, network, addr string) (*packets, error) {
	var at net.Addr
	var err error
	switch network {
	case "udp", "udp4", "udp6":
		at, err = net.ResolveUDPAddr(network, addr)
	case "unixgram":
		at, err = net.ResolveUnixAddr(network, addr)
	default:
		err = fmt.Errorf("network %q is not one of udp, udp4, udp6, unixgram", network)
	}
	if err != nil {
		return nil, err
	}
	p := &packets{name: name, addr: at, read: make(chan []byte, 1)}
	p.Conn, p.peer = net.Pipe()
	p.read <- make([]byte, maxDatagram)
	return p, nil
}

// ReadFrom drops what b has no room for, as recvfrom(2) does.
func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	buf := <-p.read
	defer func() { p.read <- buf }()
	n, err := p.Conn.Read(buf)
	return copy(b, buf[:n]), p.Conn.RemoteAddr(), err
}

func (p *packets) WriteTo(b []byte, _ net.Addr) (int, error) { return p.Conn.Write(b) }

func (p *packets) LocalAddr() net.Addr { return p.addr }

// ListenPacket returns a socket in memory, whose datagrams go to the connection
// of DialPacket and come from there. WriteTo waits until they are read.
func (f *Fake) ListenPacket(name, network, addr string) (net.PacketConn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := newPackets(name, network, addr)
	if err == nil {
		err = f.nameLocked(name)
	}
	if err != nil {
		return nil, fmt.Errorf("supervisor: listen %s: %w", name, err)
	}
	f.packets = append(f.packets, p)
	return p, nil
}

// DialPacket returns the other end of the socket of that name; it is the same
// each time. A Write waits until the program reads the datagram.
func (f *Fake) DialPacket(name string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.packets {
		if p.name == name {
			return p.peer, nil
		}
	}
	return nil, fmt.Errorf("dial %s: there is no packet socket of that name", name)
}
