package supervisor

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// socket is what a listener must be able to do: all of *net.TCPListener and
// *net.UnixListener.
type socket interface {
	net.Listener
	SetDeadline(time.Time) error
	File() (*os.File, error)
}

// Listener is a named listening socket that outlives the process: the next
// generation listens on the same one. It is a net.Listener whose Accept can be
// paused without closing the socket.
type Listener struct {
	name   string
	was    string // its name in the process before this one, "" if that had it not
	socket socket
	sup    *Supervisor
	fresh  bool   // opened by this process
	sized  bool   // some generation has opened it here, with the longest queue
	node   string // identity of the path that some generation has made for it, "" for none

	served bool // it has a server; guarded by mu of the supervisor
	opaque bool // that one does not speak HTTP: its connections are counted only; set before Accept

	certificate *Certificate // from files of ServeTLS, nil for none; set before Accept

	moved  chan arrival // connections that the process before us hands over
	closed chan struct{}

	accepting sync.Mutex // held while a connection may be on its way from the kernel to the count

	mu       sync.Mutex // guards all below
	parked   chan struct{}
	refusing bool
	done     bool
}

func newListener(sup *Supervisor, name string, s socket, fresh bool) *Listener {
	if u, ok := s.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // the path belongs to the socket, and that lives on
	}
	return &Listener{
		name: name, socket: s, sup: sup, fresh: fresh,
		moved: make(chan arrival), closed: make(chan struct{}),
		parked: make(chan struct{}), // until the process may accept
	}
}

// Name returns the name under which generations know the listener.
func (l *Listener) Name() string { return l.name }

// Addr returns the address of the socket.
func (l *Listener) Addr() net.Addr { return l.socket.Addr() }

// Accept waits for the next connection. While the listener is parked it
// blocks, and connections wait in the kernel's queue, where the next process
// finds them.
func (l *Listener) Accept() (net.Conn, error) { return l.acceptUnless(nil) }

// acceptUnless is Accept until over is closed and the listener parked.
func (l *Listener) acceptUnless(over <-chan struct{}) (net.Conn, error) {
	for {
		if parked := l.pause(); parked != nil {
			select {
			case <-over:
				return nil, net.ErrClosed
			case <-parked:
				continue
			case <-l.closed:
				return nil, net.ErrClosed
			}
		}
		nc, err := l.accept()
		if !errors.Is(err, os.ErrDeadlineExceeded) { // that one is of park
			return nc, err
		}
	}
}

func (l *Listener) accept() (net.Conn, error) {
	l.accepting.Lock()
	defer l.accepting.Unlock()
	nc, err := l.socket.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(nc), nil
}

// Close stops Accept and closes this process's copy of the socket.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil
	}
	l.done = true
	close(l.closed)
	return l.socket.Close()
}

func (l *Listener) pause() chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.parked
}

// park stops Accept from taking connections; unpark reverses it. Whatever was
// accepted is counted when park returns.
func (l *Listener) park() {
	l.mu.Lock()
	if l.parked == nil {
		l.parked = make(chan struct{})
		l.socket.SetDeadline(past)
	}
	l.mu.Unlock()
	l.accepting.Lock()
	defer l.accepting.Unlock()
}

func (l *Listener) unpark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refusing {
		l.refusing = false
		if err := listenAgain(l.socket); err != nil {
			l.sup.log(slog.LevelError, "cannot listen again", "listener", l.name, "error", err)
		}
	}
	if l.parked != nil {
		l.socket.SetDeadline(time.Time{})
		close(l.parked)
		l.parked = nil
	}
}

// refuse ends the listening of a parked socket, here and in every process that
// has it. unpark begins it again, on the same address.
func (l *Listener) refuse() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parked != nil && !l.done && !l.refusing {
		l.refusing = stopListening(l.socket) == nil
	}
}

// handed is the second listener of a server: it yields the connections that
// another process had accepted. They may stay idle for as long as they might
// have there; to the server here they are new, and a new one is expected to
// send a request soon.
type handed struct {
	*Listener
	idle time.Duration // 0 for ever
}

func (h handed) Accept() (net.Conn, error) {
	select {
	case a := <-h.moved:
		c := &conn{raw: a.conn, origin: h.Listener, resting: true, early: a.early, arrived: true, served: len(a.early) > 0}
		c.timed.Store(true)
		if h.idle > 0 {
			c.deadline = time.Now().Add(h.idle)
			c.raw.SetReadDeadline(c.deadline)
		}
		return h.count(c), nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// arrival is a connection that the process before this one hands over.
type arrival struct {
	conn  net.Conn
	early []byte // what that one has read of the next request
}

// deliver gives a to the server of the listener; it closes it if none will
// ever accept it.
func (l *Listener) deliver(a arrival) {
	select {
	case l.moved <- a:
	case <-l.closed:
		a.conn.Close()
	}
}

// receive takes a connection that the process before this one hands over: one
// of a client, with the name of the listener there, or one of its own.
func (s *Supervisor) receive(m message, nc net.Conn) {
	for _, l := range s.allListeners() {
		if m.Probe != "" && l.name == m.Probe || m.Conn != "" && l.was == m.Conn {
			l.deliver(arrival{nc, m.Early})
			return
		}
	}
	nc.Close()
}

func (s *Supervisor) park() {
	for _, l := range s.allListeners() {
		l.park()
	}
}

// unpark has listeners accept, and sockets for datagrams read.
func (s *Supervisor) unpark() {
	for _, l := range s.allListeners() {
		l.unpark()
	}
	s.parkPackets(false)
}

func (s *Supervisor) allListeners() []*Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Listener(nil), s.listeners...)
}
