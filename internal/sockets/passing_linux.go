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
	"time"

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
	cond = c.examine(fd, g.calm)
	switch {
	case c.from.relay != nil && c.from.relay.Owns(c.remote):
		// The relay leaves by itself with its next request, also if it has come late.
		c.from.relay.Stray(c.remote)
		if c.foreign = true; c.parked {
			giveBack(c) // it was not known to be one
		}
		if cond != busy {
			cond = over
		}
	case c.parked && c.unread > 0:
		s.arrived(g, c, before)
	case c.parked && c.ended:
		giveBack(c) // the program shall close it
	}
	return c, cond
}

// patience is how long the beginning of what may become a request is left
// unread.
const patience = time.Second

// arrived deals with bytes that have come on a parked connection. If they begin
// a request, they are left for the next generation. But the program may be about to
// read them: having answered it reads once more before it waits. So they have to
// lie there for two looks, and the program has to sleep. Anything else goes on
// with what has begun before, and is the program's.
func (s *state) arrived(g *Generation, c *connection, before int) {
	if c.since.IsZero() {
		c.since = time.Now()
	}
	verdict, begin := c.verdict()
	switch {
	case verdict == relay.Yes && c.next && (c.sure || knownMethod(begin)):
		if before == c.unread && asleep(c.pid) {
			delete(g.connections, c.inode)
			if g.passed == nil {
				g.passed = map[uint64]bool{}
			}
			g.passed[c.inode] = true
			s.pass(c)
		}
	case verdict == relay.NotYet && c.next && time.Since(c.since) < patience:
	case otherProtocol(begin):
		giveBack(c)
	default:
		g.hungry = append(g.hungry, c)
	}
}

// verdict tells whether the bytes that wait begin a request.
func (c *connection) verdict() (relay.Verdict, []byte) {
	buf := make([]byte, 64)
	n, _, err := unix.Recvfrom(c.own, buf, unix.MSG_PEEK|unix.MSG_DONTWAIT)
	if err != nil || n == 0 {
		return relay.NotYet, nil
	}
	return relay.LooksLikeRequest(buf[:n]), buf[:n]
}

// knownMethod reports whether bytes begin with a method that every program
// knows. None is the end of another, so the program has not read a part of it.
func knownMethod(b []byte) bool {
	b = bytes.TrimLeft(b, "\r\n")
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"} {
		if bytes.HasPrefix(b, []byte(method+" ")) {
			return true
		}
	}
	return false
}

// otherProtocol reports whether bytes are a record of TLS, a masked frame of
// WebSocket (RFC 6455, section 5.2), or of HTTP/2 (RFC 9113, section 4.1). The
// part of a body that looks like one by chance is read by the program as well.
func otherProtocol(b []byte) bool {
	if len(b) < 6 {
		return false
	}
	tls := b[0] >= 20 && b[0] <= 23 && b[1] == 3 && b[2] <= 4
	opcode := b[0] & 0x0f
	websocket := b[0]&0x70 == 0 && b[1]&0x80 != 0 && (opcode <= 2 || opcode >= 8 && opcode <= 10)
	http2 := len(b) >= 9 && b[0] == 0 && b[3] <= 9 && b[5]&0x80 == 0 || bytes.HasPrefix(b, []byte("PRI * "))
	return tls || websocket || http2
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
	if !c.parked {
		return
	}
	if verdict, _ := c.verdict(); verdict == relay.Yes {
		s.pass(c)
		return
	}
	unix.Close(c.own)
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
	c.from.carry(conn)
}

// carry has a relay take a connection of k to whoever serves.
func (k *kept) carry(conn net.Conn) {
	if k.relay == nil {
		network, at := "unix", k.path
		if k.path == "" {
			network, at = "tcp", dialable(k.tcp, k.single)
		}
		k.relay = relay.New(func(ctx context.Context) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, at)
		})
	}
	k.relay.Take(conn)
}

// dialable is where an address can be reached from this machine.
func dialable(at netip.AddrPort, single bool) string {
	addr := at.Addr()
	switch {
	case addr == netip.IPv6Unspecified() && single:
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
