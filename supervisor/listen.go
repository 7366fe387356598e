package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"
)

// Listen returns the listening socket with this name, a *Listener: the one that the process
// before this one or the service manager (LISTEN_FDS) handed over, if it has
// the name or, failing that, the address; else a new one. network is "tcp",
// "tcp4", "tcp6" or "unix". If the inherited socket of that name listens on
// another address than the one asked for, a new socket is opened. Every
// listener is passed on at the next upgrade. What was handed over and not asked
// for is closed when Run begins to serve.
//
// A socket that an earlier generation has opened here gets the length of the
// queue that the system allows by now (net.core.somaxconn on Linux).
func (s *Supervisor) Listen(name, network, addr string) (net.Listener, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "unix":
	default:
		return nil, fmt.Errorf("supervisor: listen %s: network %q is not one of tcp, tcp4, tcp6, unix", name, network)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenLocked(name, func(have net.Addr) bool { return serves(have, network, addr) }, true)
	if l == nil && err == nil {
		var sock socket
		if sock, err = openNew(network, addr); err == nil {
			l = s.openedLocked(name, sock)
			l.sized = true
		}
	}
	if err != nil {
		return nil, fmt.Errorf("supervisor: listen %s: %w", name, err)
	}
	return l, nil
}

// Adopt is Listen for a socket that only the program knows how to open, for
// example with options of its own: it returns the one with this name that was
// handed over, whatever its address, and else takes over the one that open
// returns, a *net.TCPListener or *net.UnixListener. From then on it is used and
// closed through the result only. A socket of a service manager (LISTEN_FDNAMES)
// can be had by its name alone if open returns an error.
func (s *Supervisor) Adopt(name string, open func() (net.Listener, error)) (net.Listener, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.listenLocked(name, streams, false)
	if err != nil {
		return nil, fmt.Errorf("supervisor: adopt %s: %w", name, err)
	}
	if l != nil {
		return l, nil
	}
	ln, err := open()
	if err != nil {
		return nil, fmt.Errorf("supervisor: adopt %s: %w", name, err)
	}
	sock, ok := ln.(socket)
	if !ok {
		ln.Close()
		return nil, fmt.Errorf("supervisor: adopt %s: a %T cannot be passed on; open a *net.TCPListener or *net.UnixListener, and put others around the result", name, ln)
	}
	return s.openedLocked(name, sock), nil
}

// listenLocked returns the inherited listener that fits and has that name or,
// if it may, another. It returns nil if there is none.
func (s *Supervisor) listenLocked(name string, fits func(net.Addr) bool, renamed bool) (*Listener, error) {
	if err := s.nameLocked(name); err != nil {
		return nil, err
	}
	for _, in := range s.candidatesLocked(name, renamed) {
		sock := s.claim(in, fits)
		if sock == nil {
			continue
		}
		in.taken = true
		l := newListener(s, name, sock, false)
		l.was, l.sized, l.node = in.Name, in.Sized, in.Node
		s.inheritLocked(l)
		return l, nil
	}
	return nil, nil
}

// inheritLocked adds a listener that was handed over.
func (s *Supervisor) inheritLocked(l *Listener) {
	if l.sized {
		if err := listenAgain(l.socket); err != nil {
			s.log(slog.LevelWarn, "cannot adjust the queue of the listener", "listener", l.name, "error", err)
		}
	}
	s.addLocked(l)
}

// openedLocked adds a listener that this process has opened.
func (s *Supervisor) openedLocked(name string, sock socket) *Listener {
	l := newListener(s, name, sock, true)
	if path := pathOf(l.Addr()); path != "" {
		l.node = node(path)
	}
	s.addLocked(l)
	if s.predecessor == nil {
		s.store(l)
	}
	return l
}

func (s *Supervisor) addLocked(l *Listener) {
	if reusesPort(l.socket) {
		s.log(slog.LevelWarn, "the listener is bound with SO_REUSEPORT: the kernel shares connections out to all sockets of that port, "+
			"and resets what waits at one that closes; bind it without, or give each of them to Adopt under a name of its own",
			"listener", l.name, "addr", l.Addr().String())
	}
	s.listeners = append(s.listeners, l)
	if s.accepting {
		l.unpark()
	}
}

// nameLocked returns an error if the name is not free.
func (s *Supervisor) nameLocked(name string) error {
	for _, h := range s.heirloomsLocked() {
		if sl := h.slot(); sl.Name == name {
			return fmt.Errorf("the name is taken by %s %s", sl.Network, sl.Addr)
		}
	}
	return nil
}

func openNew(network, addr string) (socket, error) {
	ln, err := bind(network, addr, net.Listen)
	if err != nil {
		return nil, err
	}
	return ln.(socket), nil
}

// bind opens a socket. At a path there may be one of a process that is no more.
func bind[T any](network, addr string, open func(network, addr string) (T, error)) (T, error) {
	sock, err := open(network, addr)
	if err != nil && stale(network, addr) {
		os.Remove(addr)
		return open(network, addr)
	}
	return sock, err
}

// stale reports whether path is the unix socket of a process that is no more:
// nobody answers there.
func stale(network, path string) bool {
	if network != "unix" && network != "unixgram" {
		return false
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	nc, err := net.Dial(network, path)
	if err == nil {
		nc.Close()
		return false
	}
	return errors.Is(err, syscall.ECONNREFUSED) // another error says nothing about the socket
}
