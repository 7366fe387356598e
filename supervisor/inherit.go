package supervisor

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
)

// inherited is a socket that another process has opened for us.
type inherited struct {
	slot
	file  *os.File // nil for one that tableflip still has, under the name of key
	key   string
	taken bool
}

// adopt takes over the sockets of a service manager (sd_listen_fds(3)).
func (s *Supervisor) adopt(files []*os.File) {
	for _, f := range files {
		s.inherited = append(s.inherited, inherited{slot: slot{Name: f.Name()}, file: f})
	}
}

// candidatesLocked lists what was handed over and is not taken yet: what has
// the name first, and the others if they are wanted.
func (s *Supervisor) candidatesLocked(name string, renamed bool) (all []*inherited) {
	var others []*inherited
	for i := range s.inherited {
		switch in := &s.inherited[i]; {
		case in.taken:
		case in.Name == name || in.Name == storeName(name):
			all = append(all, in)
		case renamed:
			others = append(others, in)
		}
	}
	return append(all, others...)
}

// claim opens an inherited listener, or returns nil if it is not what the
// program means.
func (s *Supervisor) claim(in *inherited, fits func(net.Addr) bool) socket {
	f := s.take(in, fits)
	if f == nil {
		return nil
	}
	if f != in.file {
		defer f.Close()
	}
	sock, err := openSocket(f)
	if err != nil {
		return nil // not a listener: somebody else's file
	}
	if !fits(sock.Addr()) || unreachable(sock.Addr()) {
		sock.Close()
		return nil
	}
	return sock
}

// take returns the file of an inherited socket, nil if it does not fit as far
// as is known. What tableflip has given out once it keeps and passes on, so it
// is asked only for what is wanted; the others it closes at Ready.
func (s *Supervisor) take(in *inherited, fits func(net.Addr) bool) *os.File {
	if in.file == nil {
		if !fits(in.bound()) {
			return nil
		}
		f, err := s.flip.File(in.key)
		if err != nil {
			return nil
		}
		return f
	}
	return in.file // and stays so, since it may be asked for by another name
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

// unreachable reports whether nobody finds the way to a unix socket any more:
// systemd keeps descriptors over a restart, but not the path that the process
// before us may have removed.
func unreachable(addr net.Addr) bool {
	path := pathOf(addr)
	if path == "" {
		return false
	}
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// dropInherited closes what no listener has claimed, and returns its names.
func (s *Supervisor) dropInherited() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.inherited {
		if in.file != nil {
			in.file.Close()
		}
		if !in.taken {
			names = append(names, in.Name)
		}
	}
	s.inherited = nil
	return names
}
