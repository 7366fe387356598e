//go:build amd64 || arm64

package sockets

import (
	"slices"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
	"golang.org/x/sys/unix"
)

// life is what is known of a generation.
type life struct {
	pid      int
	pids     map[int]string  // processes that have called, and when each was started
	alone    map[uint64]bool // sockets that are not kept, by inode
	listened int             // calls of listen so far
	told     bool            // that it listens

	held    bool      // accepts no more
	since   time.Time // when that was last begun
	blocks  bool      // has called accept to wait in it
	waiting []call
	taken   map[int][]rewriting // what was changed in the sets of each process, to be put back
	passed  map[uint64]bool     // connections that a relay has for good, by inode

	drainage
}

// join notes a process of the generation.
func (g *Generation) join(pid int) {
	if _, ok := g.pids[pid]; ok {
		return
	}
	if g.pids == nil {
		g.pids = map[int]string{}
	}
	g.pids[pid] = started(pid)
}

func (g *Generation) leaveAlone(inode uint64) {
	if g.alone == nil {
		g.alone = map[uint64]bool{}
	}
	g.alone[inode] = true
}

// processes lists what lives of the generation.
func (g *Generation) processes() []int {
	all := proc.Tree(g.pid)
	for pid, start := range g.pids {
		switch {
		case started(pid) != start:
			delete(g.pids, pid) // ended, and maybe its number is used again
		case !slices.Contains(all, pid):
			all = append(all, pid)
		}
	}
	return all
}

// has reports whether a process of the generation still has the socket open.
func (g *Generation) has(inode uint64) bool {
	for _, pid := range g.processes() {
		open, _ := descriptors(pid)
		if slices.ContainsFunc(open, func(d descriptor) bool { return d.inode == inode && !d.epoll }) {
			return true
		}
	}
	return false
}

// hold parks the acceptors of g.
func (s *state) hold(g *Generation) {
	if g.held {
		return
	}
	g.held, g.since = true, time.Now()
	for _, pid := range g.processes() {
		s.parkAcceptors(g, pid)
		g.callIn(pid)
	}
}

// parkAcceptors takes the kept sockets out of the epoll sets of one process.
func (s *state) parkAcceptors(g *Generation, pid int) {
	open, _ := descriptors(pid)
	var changes []rewriting
	for _, i := range waitedFor(open, pid) {
		if s.byInode(i.inode) != nil {
			changes = append(changes, rewriting{unix.EPOLL_CTL_DEL, i})
		}
	}
	s.park(g, pid, changes)
}

// park makes changes that resume takes back.
func (s *state) park(g *Generation, pid int, changes []rewriting) []rewriting {
	made, err := rewrite(pid, changes)
	if err != nil {
		return nil // the process has ended
	}
	if g.taken == nil {
		g.taken = map[int][]rewriting{}
	}
	for _, c := range made {
		if c.op == unix.EPOLL_CTL_DEL {
			g.taken[pid] = append(g.taken[pid], c)
		}
	}
	return made
}

// resume puts back what hold and drain have taken.
func (s *state) resume(g *Generation) {
	if !g.held {
		return
	}
	g.held = false
	for pid, taken := range g.taken {
		for i := range taken {
			taken[i].op = unix.EPOLL_CTL_ADD
		}
		rewrite(pid, taken)
	}
	g.taken = nil
	for _, c := range g.waiting {
		g.notify.proceed(c)
	}
	g.waiting = nil
	s.takeUp(g)
}

// gone forgets a generation, but not its sockets.
func (s *state) gone(g *Generation) {
	s.finish(g)
	g.notify.file.Close()
	s.generations = slices.DeleteFunc(s.generations, func(o *Generation) bool { return o == g })
	for _, k := range s.kept {
		k.holders = slices.DeleteFunc(k.holders, func(o *Generation) bool { return o == g })
	}
	if s.serving == g {
		s.serving = nil
	} else if next := s.serving; next != nil {
		s.keeper.later(forgotten, func(s *state) { s.forget(next) })
	}
}
