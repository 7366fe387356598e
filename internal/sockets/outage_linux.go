//go:build amd64 || arm64

package sockets

import (
	"net"
	"net/netip"
	"os"
	"slices"

	"github.com/ginreload/ginreload/internal/outage"
	"golang.org/x/sys/unix"
)

// outageServer answers clients while nothing serves.
type outageServer struct {
	server    *outage.Server // nil while clients wait in the queues
	listeners []net.Listener // of server
	flags     map[*kept]int  // of the sockets, as the program had them
}

// down has clients answered by us if nothing serves before they have waited
// long enough.
func (s *state) down() {
	if s.outage != nil {
		return
	}
	o := &outageServer{flags: map[*kept]int{}}
	s.outage = o
	s.keeper.later(s.opts.Hold, func(s *state) {
		if s.outage == o && len(s.kept) > 0 {
			o.serve(s.kept, s.opts.Outage)
		}
	})
}

func (o *outageServer) serve(all []*kept, page func() outage.Page) {
	for _, k := range all {
		fd, err := unix.FcntlInt(uintptr(k.fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			continue
		}
		o.flags[k], _ = unix.FcntlInt(uintptr(k.fd), unix.F_GETFL, 0)
		f := os.NewFile(uintptr(fd), k.String())
		ln, err := net.FileListener(f)
		f.Close()
		if err != nil {
			continue
		}
		if u, ok := ln.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(false)
		}
		o.listeners = append(o.listeners, ln)
	}
	o.server = outage.Serve(o.listeners, page)
}

// up ends that: a program is about to answer.
func (s *state) up() {
	o := s.outage
	s.outage = nil
	if o == nil || o.server == nil {
		return
	}
	for _, ln := range o.listeners {
		ln.Close() // returns when nobody is in Accept any more
	}
	for k, flags := range o.flags {
		if slices.Contains(s.kept, k) {
			// A program that blocks in accept shares the flag with us.
			unix.FcntlInt(uintptr(k.fd), unix.F_SETFL, flags)
		}
	}
	s.keeper.background.Go(func() {
		// It waits for clients that are in the middle of a request.
		left := o.server.Release()
		s.keeper.tell(func(s *state) { s.reopened(left) })
	})
}

// reopened has the program take over the clients of an outage that have not
// asked for anything yet.
func (s *state) reopened(left []net.Conn) {
	for _, c := range left {
		local, err := netip.ParseAddrPort(c.LocalAddr().String())
		k := s.listener(address{tcp: local})
		if err != nil || k == nil {
			c.Close()
			continue
		}
		k.carry(c)
	}
}
