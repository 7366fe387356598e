//go:build amd64 || arm64

package sockets

import (
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/ginreload/ginreload/internal/relay"
	"golang.org/x/sys/unix"
)

// kept is a listening socket of the program.
type kept struct {
	address
	bound   string // path of a unix socket as the program has written it, which its connections have too
	fd      int    // ours
	inode   uint64 // of the socket
	node    uint64 // inode of its path, 0 for none
	holders []*Generation
	relay   *relay.Relay // of its connections, nil while there are none
}

func (k *kept) heldBy(g *Generation) bool { return slices.Contains(k.holders, g) }

func (k *kept) close() {
	if k.relay != nil {
		k.relay.Close()
	}
	unix.Close(k.fd)
	if k.reachable() {
		os.Remove(k.file())
	}
}

// accepts reports whether connections with that local address are of k.
func (k *kept) accepts(local address) bool {
	if local.path != "" {
		return local.path == k.bound
	}
	return k.tcp.IsValid() && k.tcp.Port() == local.tcp.Port() && k.covers(local.tcp.Addr())
}

// reachable reports whether the path of a unix socket still leads to it.
func (k *kept) reachable() bool {
	var s unix.Stat_t
	return k.file() != "" && unix.Stat(k.file(), &s) == nil && s.Ino == k.node
}

// keep takes a new listening socket, of which fd is a duplicate of ours.
func (s *state) keep(g *Generation, a address, fd int) *kept {
	k := &kept{address: a, fd: fd, inode: inodeOf(fd)}
	if name, ok := boundTo(fd, func(path string) string { return path }); ok {
		k.bound = name.path
	}
	if path := k.file(); path != "" {
		var st unix.Stat_t
		if unix.Stat(path, &st) == nil {
			k.node = st.Ino
		}
		if s.opts.Remember != nil {
			s.opts.Remember(path)
		}
	}
	s.kept = append(s.kept, k)
	return k
}

// drop gives a socket up.
func (s *state) drop(k *kept) {
	s.kept = slices.DeleteFunc(s.kept, func(o *kept) bool { return o == k })
	k.close()
}

func (s *state) release() {
	s.up()
	for _, k := range slices.Clone(s.kept) {
		s.drop(k)
	}
}

// byInode returns the kept socket with that identity.
func (s *state) byInode(inode uint64) *kept {
	for _, k := range s.kept {
		if k.inode == inode {
			return k
		}
	}
	return nil
}

// listener returns the kept socket whose connections have that local address,
// nil if there is none. One at an address goes before one at all addresses.
func (s *state) listener(local address) (found *kept) {
	for _, k := range s.kept {
		if k.accepts(local) && (found == nil || !k.tcp.Addr().IsUnspecified()) {
			found = k
		}
	}
	return found
}

// settled is how long a generation that listens, but not on all that the one
// before it did, may take until the rest is not expected any more.
const settled = time.Second

// opening is how long after one listener another one is waited for when nothing
// has served before, so that nobody knows how many there are.
const opening = 50 * time.Millisecond

// listens notes that g listens on k, and tells once that is all.
func (s *state) listens(g *Generation, k *kept) {
	if !k.heldBy(g) {
		k.holders = append(k.holders, g)
	}
	g.listened++
	seen := g.listened
	wait := settled
	if s.serving == nil {
		wait = opening
	}
	switch {
	case g.told:
	case s.serving != nil && s.complete(g):
		s.tellListening(g)
	default:
		s.keeper.later(wait, func(s *state) {
			if !g.told && g.listened == seen {
				s.tellListening(g)
			}
		})
	}
}

// complete reports whether g listens on all that the serving generation does.
func (s *state) complete(g *Generation) bool {
	for _, k := range s.kept {
		if k.heldBy(s.serving) && !k.heldBy(g) && s.serving.has(k.inode) {
			return false
		}
	}
	return true
}

func (s *state) tellListening(g *Generation) {
	g.told = true
	var addrs []netip.AddrPort
	for _, k := range s.kept {
		if k.heldBy(g) && k.tcp.IsValid() {
			addrs = append(addrs, netip.AddrPortFrom(k.tcp.Addr().Unmap(), k.tcp.Port()))
		}
	}
	s.emit(Event{Kind: Listening, Generation: g, Addresses: addrs})
}

// forgotten is how long a socket that the serving generation does not open is
// kept for it: it may open one late.
const forgotten = 5 * time.Second

func (s *state) serve(g *Generation) {
	s.serving = g
	s.up()
	s.replaced()
	s.keeper.later(forgotten, func(s *state) { s.forget(g) })
}

// replaced has relayed clients go to the next generation with their next request.
func (s *state) replaced() {
	for _, k := range s.kept {
		if k.relay != nil {
			k.relay.Replaced()
		}
	}
}

// forget gives up what nobody has opened any more, if g still serves.
func (s *state) forget(g *Generation) {
	if s.serving != g {
		return
	}
	for _, k := range slices.Clone(s.kept) {
		if len(k.holders) == 0 {
			s.drop(k)
		}
	}
}
