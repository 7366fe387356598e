//go:build amd64 || arm64

package sockets

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/ginreload/ginreload/internal/relay"
	"golang.org/x/sys/unix"
)

// lookAtConnection examines what a process has open as d. c is nil if that is
// not a connection of ours.
func (s *state) lookAtConnection(g *Generation, p process, d descriptor) (c *connection, cond condition) {
	c = g.connections[d.inode]
	fd := -1
	if c != nil && c.parked {
		fd = c.own
	} else {
		var err error
		if fd, err = p.duplicate(d.fd); err != nil {
			return c, over
		}
		defer unix.Close(fd)
		if inodeOf(fd) != d.inode {
			return c, over // closed meanwhile, and the number used again
		}
	}
	if c == nil {
		var ok bool
		if c, ok = s.accepted(p.pid, d, fd); !ok {
			g.others[d.inode] = true
			return nil, over
		}
		g.connections[d.inode] = c
	}
	before := c.unread
	cond = c.examine(fd)
	switch {
	case c.from.relay != nil && c.from.relay.Owns(c.remote):
		// The relay leaves by itself with its next request.
		c.foreign = true
		if cond != busy {
			cond = over
		}
	case c.parked && c.unread > 0:
		cond = s.arrived(g, c, before)
	case c.parked && c.ended:
		giveBack(c) // the program shall close it
	}
	return c, cond
}

// arrived deals with bytes that have come on a parked connection. The program
// may be about to read them only if it was at it when the connection was parked: it reads
// once more before it waits. So they have to lie there for two looks, and the
// program has to sleep.
func (s *state) arrived(g *Generation, c *connection, before int) condition {
	if before != c.unread || !asleep(c.pid) {
		return busy
	}
	switch c.verdict() {
	case relay.Yes:
		delete(g.connections, c.inode)
		g.others[c.inode] = true
		s.pass(c)
		return over
	case relay.No:
		giveBack(c)
	}
	return busy
}

// verdict tells whether the bytes that wait begin a request.
func (c *connection) verdict() relay.Verdict {
	buf := make([]byte, 64)
	n, _, err := unix.Recvfrom(c.own, buf, unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if err != nil || n == 0 {
		return relay.NotYet
	}
	return relay.LooksLikeRequest(buf[:n])
}

// giveBack has the program read from a connection again, for good: it speaks
// another protocol than HTTP/1, or its client has left.
func giveBack(c *connection) {
	rewrite(c.pid, []rewriting{{unix.EPOLL_CTL_MOD, c.entry}})
	unix.Close(c.own)
	c.parked, c.foreign, c.own = false, true, -1
}

// letGo ends a connection that its program has left behind, unless a request
// has come just now.
func (s *state) letGo(c *connection) {
	switch {
	case !c.parked:
	case c.verdict() == relay.Yes:
		s.pass(c)
	default:
		unix.Close(c.own)
	}
}

// pass has a relay carry the connection from now on. Nothing of its next
// request has been read.
func (s *state) pass(c *connection) {
	f := os.NewFile(uintptr(c.own), "connection")
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return
	}
	if !slices.Contains(s.kept, c.from) {
		conn.Close() // nobody listens there any more
		return
	}
	if c.from.relay == nil {
		at := dialable(c.from.tcp)
		c.from.relay = relay.New(func(ctx context.Context) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", at)
		})
	}
	c.from.relay.Take(conn)
}

// dialable is where an address can be reached from this machine.
func dialable(at netip.AddrPort) string {
	addr := at.Addr()
	switch {
	case addr == netip.IPv6Unspecified():
		addr = netip.IPv6Loopback()
	case addr.IsUnspecified():
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(addr.Unmap(), at.Port()).String()
}

// asleep reports whether no thread of the process runs or could run
// (proc_pid_stat(5)).
func asleep(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue
		}
		rest := text[bytes.LastIndexByte(text, ')')+1:]
		if f := bytes.Fields(rest); len(f) > 0 && string(f[0]) == "R" {
			return false
		}
	}
	return true
}
