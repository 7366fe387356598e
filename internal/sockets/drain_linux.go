//go:build amd64 || arm64

package sockets

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// drainage is how far a generation has come that is to end.
type drainage struct {
	on          bool
	begun       time.Time
	guard       time.Duration
	limit       time.Duration
	calm        calm
	quiet       int  // looks since something was under way
	reported    bool // Drained was sent
	ending      bool
	connections map[uint64]*connection // by inode
	others      map[uint64]bool        // sockets that are none of them
	hungry      []*connection          // parked ones of the process that is looked into, with more of a request under way
}

func (s *state) drain(g *Generation, guard, limit time.Duration) {
	s.hold(g)
	if g.on {
		return
	}
	g.drainage = drainage{
		on: true, begun: time.Now(), guard: guard, limit: limit, calm: patient(),
		connections: map[uint64]*connection{}, others: map[uint64]bool{},
	}
	s.draining++
	if s.serving == g {
		g.calm = hasty()
		s.replaced() // nothing else is going to say so before g has ended
	}
	s.lookAt(g)
}

func (s *state) hurry(g *Generation) {
	if g.on && !g.reported {
		s.reportDrained(g, s.lookAt(g))
	}
}

// takeUp ends the drain of a generation that goes on.
func (s *state) takeUp(g *Generation) {
	if !g.on {
		return
	}
	s.draining--
	back := map[int][]rewriting{}
	for _, c := range g.connections {
		if c.parked {
			back[c.pid] = append(back[c.pid], rewriting{unix.EPOLL_CTL_MOD, c.entry})
			unix.Close(c.own)
		}
	}
	for pid, changes := range back {
		waits := map[uint64]bool{}
		open, _ := descriptors(pid)
		for _, i := range waitedFor(open, pid) {
			waits[i.inode] = i.events&incoming != 0
		}
		// What the program has changed since is as it wants it.
		rewrite(pid, slices.DeleteFunc(changes, func(r rewriting) bool { return waits[r.inode] }))
	}
	g.drainage = drainage{}
}

// finish deals with what is left when the process has ended.
func (s *state) finish(g *Generation) {
	if !g.on {
		return
	}
	s.draining--
	for _, c := range g.connections {
		s.letGo(c)
	}
	g.drainage = drainage{}
}

// look looks at all generations that drain.
func (s *state) look() {
	for _, g := range s.generations {
		if !g.on {
			continue
		}
		left := s.lookAt(g)
		if g.quiet++; !left.none() {
			g.quiet = 0
		}
		age := time.Since(g.begun)
		// Twice, because a client may be accepted while one look is taken.
		if !g.reported && (g.quiet >= 2 && age >= g.guard || age >= g.limit) {
			s.reportDrained(g, left)
		}
	}
}

// remainder counts what a generation still has to do.
type remainder struct{ busy, resting int }

func (r remainder) none() bool { return r.busy == 0 && r.resting == 0 }

func (s *state) reportDrained(g *Generation, left remainder) {
	g.reported = true
	s.emit(Event{Kind: Drained, Generation: g, Cut: left.busy})
}

// lookAt parks what has come to rest, passes on what has a new request, and
// counts what is left.
func (s *state) lookAt(g *Generation) remainder {
	left := remainder{}
	present := map[uint64]bool{}
	alive := false
	for _, pid := range g.processes() {
		if g.callIn(pid) {
			left.resting++ // it may have a client in a moment
		}
		fds, ok := descriptors(pid)
		if !ok {
			continue
		}
		alive = true
		s.lookInto(g, pid, fds, present, &left)
	}
	for inode, c := range g.connections {
		// Of a process that has ended nothing is present; gone deals with those.
		if !present[inode] && alive {
			delete(g.connections, inode)
			if g.ending {
				s.letGo(c)
			} else if c.parked {
				unix.Close(c.own)
			}
		}
	}
	return left
}

func (s *state) lookInto(g *Generation, pid int, fds []descriptor, present map[uint64]bool, left *remainder) {
	entries := map[uint64]interest{}
	var changes []rewriting
	for _, i := range waitedFor(fds, pid) {
		entries[i.inode] = i
		if s.byInode(i.inode) != nil {
			changes = append(changes, rewriting{unix.EPOLL_CTL_DEL, i})
		}
	}
	p, err := open(pid)
	if err != nil {
		return
	}
	defer p.close()
	parking := map[uint64]*connection{}
	for _, d := range fds {
		if d.epoll || g.others[d.inode] || g.passed[d.inode] {
			continue
		}
		present[d.inode] = true
		c, cond := s.lookAtConnection(g, p, d)
		switch cond {
		case busy:
			left.busy++
		case resting:
			left.resting++
		}
		// What does not wait for data, because the program deals with some, is
		// parked when it does.
		if entry, ok := entries[d.inode]; ok && entry.events&incoming != 0 && c != nil && !c.foreign && cond != over {
			c.entry = entry
			entry.events &^= incoming
			changes = append(changes, rewriting{unix.EPOLL_CTL_MOD, entry})
			if !c.parked { // else the program has changed its set since
				parking[d.inode] = c
			}
		}
	}
	if len(g.hungry) > 0 {
		feed(pid, g.hungry)
		g.hungry = nil
	}
	for _, made := range s.park(g, pid, changes) {
		if c := parking[made.inode]; c != nil && made.op == unix.EPOLL_CTL_MOD {
			if own, err := p.duplicate(c.fd); err == nil {
				c.parked, c.own = inodeOf(own) == c.inode, own
			}
		}
	}
}
