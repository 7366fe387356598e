package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// Listen returns the listening socket with this name, a *Listener: the one that the process
// before this one or the service manager (LISTEN_FDS) handed over, if it has
// the name or, failing that, the address; else a new one. network is "tcp",
// "tcp4", "tcp6" or "unix". If the inherited socket of that name listens on
// another address than the one asked for, a new socket is opened. Every
// listener is passed on at the next upgrade. What was handed over and not asked
// for is closed when Run begins to serve.
func (s *Supervisor) Listen(name, network, addr string) (net.Listener, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "unix":
	default:
		return nil, fmt.Errorf("supervisor: listen %s: network %q is not one of tcp, tcp4, tcp6, unix", name, network)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		if l.name == name {
			return nil, fmt.Errorf("supervisor: listen %s: the name is taken by %s", name, l.Addr())
		}
	}
	sock, was, err := s.socketLocked(name, network, addr)
	if err != nil {
		return nil, fmt.Errorf("supervisor: listen %s: %w", name, err)
	}
	l := newListener(s, name, network, addr, sock, was == nil)
	if was != nil {
		l.was = was.Name
	}
	s.listeners = append(s.listeners, l)
	if l.fresh && s.predecessor == nil {
		s.store(l)
	}
	return l, nil
}

// socketLocked returns the socket and what it was inherited as, nil for a new one.
func (s *Supervisor) socketLocked(name, network, addr string) (sock socket, was *inherited, err error) {
	for _, same := range []func(inherited) bool{
		func(in inherited) bool { return in.Name == name || in.Name == storeName(name) },
		func(inherited) bool { return true },
	} {
		for i := range s.inherited {
			in := &s.inherited[i]
			if in.taken || !same(*in) {
				continue
			}
			if sock := s.claim(in, network, addr); sock != nil {
				in.taken = true
				return sock, in, nil
			}
		}
	}
	sock, err = openNew(network, addr)
	return sock, nil, err
}

// claim opens an inherited socket, or returns nil if it is not what the program
// means. What tableflip has given out once it keeps and passes on, so it is
// asked only for what is wanted; the others it closes at Ready.
func (s *Supervisor) claim(in *inherited, network, addr string) socket {
	f := in.file
	if f == nil {
		if !serves(in.bound(), network, addr) {
			return nil
		}
		var err error
		if f, err = s.flip.File(in.key); err != nil || f == nil {
			return nil
		}
		defer f.Close()
	}
	sock, err := openSocket(f)
	if err != nil {
		return nil // not a listener: somebody else's file
	}
	if !serves(sock.Addr(), network, addr) {
		sock.Close()
		return nil
	}
	return sock
}

// dropInherited closes what no listener has claimed.
func (s *Supervisor) dropInherited() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.inherited {
		if in.file != nil {
			in.file.Close()
		}
	}
	s.inherited = nil
}

func openSocket(f *os.File) (socket, error) {
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	if sock, ok := ln.(socket); ok {
		return sock, nil
	}
	ln.Close()
	return nil, fmt.Errorf("%s is a %T", f.Name(), ln)
}

func openNew(network, addr string) (socket, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), network, addr)
	if err != nil && network == "unix" && stale(addr) {
		os.Remove(addr)
		ln, err = lc.Listen(context.Background(), network, addr)
	}
	if err != nil {
		return nil, err
	}
	return ln.(socket), nil
}

// stale reports whether path is the unix socket of a process that is no more:
// nobody answers there.
func stale(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return false
	}
	nc, err := net.Dial("unix", path)
	if err == nil {
		nc.Close()
		return false
	}
	return errors.Is(err, syscall.ECONNREFUSED) // another error says nothing about the socket
}

// serves reports whether a socket that is bound to have is what a program
// means by network and addr. ":8080", "0.0.0.0:8080" and "[::]:8080" are the
// same wish; port 0 is fulfilled by any port.
func serves(have net.Addr, network, addr string) bool {
	if network == "unix" {
		u, ok := have.(*net.UnixAddr)
		return ok && u.Name == addr
	}
	t, ok := have.(*net.TCPAddr)
	if !ok {
		return false
	}
	want, err := net.ResolveTCPAddr(network, addr)
	if err != nil || (want.Port != 0 && want.Port != t.Port) {
		return false
	}
	if unspecified(want.IP) || unspecified(t.IP) {
		return unspecified(want.IP) && unspecified(t.IP)
	}
	return want.IP.Equal(t.IP)
}

func unspecified(ip net.IP) bool { return len(ip) == 0 || ip.IsUnspecified() }

// storeName makes a listener's name fit for FDNAME, which has neither colons
// nor control characters and at most 255 bytes (sd_pid_notify_with_fds(3)).
func storeName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || r == ':' {
			return '_'
		}
		return r
	}, name)
	return clean[:min(len(clean), 255)]
}
