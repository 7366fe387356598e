//go:build amd64 || arm64

package sockets

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// quiet is how long a connection has to be at rest until it is taken for idle.
// From outside a response that is finished looks like one that pauses.
const quiet = time.Second

// connection is one that a generation has accepted from a kept socket.
type connection struct {
	pid    int
	fd     int // in the process
	inode  uint64
	from   *kept // that it was accepted from
	unix   bool
	remote netip.AddrPort
	seen   time.Time

	foreign bool     // does not speak HTTP/1, or is none of what can be parked
	parked  bool     // taken out of the reading part of its set
	entry   interest // in that, as the program wants it
	own     int      // our duplicate while parked, else -1

	was    condition // when last there was nothing unread
	sent   uint64    // bytes, then
	unread int       // bytes that waited at the last look
	since  time.Time // when they were first seen
	ended  bool      // the client has said all
	next   bool      // an answer was sent since the program read, so what is unread comes after it
}

// condition is what a look at a connection tells.
type condition int

const (
	over    condition = iota // closed by one side, or nothing that a stop would lose
	resting                  // sent its last response within the last second, or pauses in one
	idle                     // at rest for longer
	busy                     // a request is under way
)

// examine looks at a connection by a descriptor of ours. What the kernel
// remembers are the times of the last data in each direction, to a tick of 1
// to 10 ms; within one, a request that follows a response cannot be told from
// a response that follows a request, and is called resting.
func (c *connection) examine(fd int) condition {
	c.unread, _ = unix.IoctlGetInt(fd, unix.SIOCINQ)
	if c.unix {
		return c.examineUnix(fd)
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return over
	}
	const established, closeWait = 1, 8
	if info.State != established && info.State != closeWait {
		return over
	}
	c.ended = info.State == closeWait
	if c.parked && c.unread > 0 {
		c.next = c.was != busy || info.Bytes_sent > c.sent
		return busy
	}
	c.sent, c.since = info.Bytes_sent, time.Time{}
	c.was = c.judge(info)
	return c.was
}

// judge tells from what was sent and received whether a request is under way.
func (c *connection) judge(info *unix.TCPInfo) condition {
	received := time.Duration(info.Last_data_recv) * time.Millisecond
	sent := time.Duration(info.Last_data_sent) * time.Millisecond
	switch {
	case c.unread > 0, info.Notsent_bytes > 0:
		return busy
	case info.Bytes_received == 0 && (c.parked || time.Since(c.seen) >= quiet):
		return idle
	case info.Bytes_received == 0:
		return resting // its first request may be on the way
	case info.Bytes_sent == 0, received < sent:
		return busy
	case c.ended && !c.parked:
		return busy // the program has not noticed yet
	case min(received, sent) < quiet:
		return resting
	}
	return idle
}

// unixPatience is how long a connection of a unix socket may have a request
// under way: the kernel tells nothing of the kind.
const unixPatience = 3 * time.Second

func (c *connection) examineUnix(fd int) condition {
	unsent, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	switch {
	case c.unread > 0 || unsent > 0:
		c.next = true
		return busy
	case time.Since(c.seen) < unixPatience:
		return resting
	}
	return idle
}

// accepted returns the connection behind a descriptor of a process, of which
// fd is our duplicate, if it has been accepted from a kept socket.
func (s *state) accepted(p process, d descriptor, fd int) (*connection, bool) {
	if !isStream(fd) || isListening(fd) {
		return nil, false
	}
	local, ok := boundTo(fd, func(path string) string { return p.resolve(unix.AT_FDCWD, path) })
	if !ok {
		return nil, false
	}
	c := &connection{pid: p.pid, fd: d.fd, inode: d.inode, unix: local.path != "", seen: time.Now(), own: -1}
	for _, k := range s.kept {
		if c.unix && local.path == k.path || !c.unix && local.tcp.Port() == k.tcp.Port() {
			c.from = k
			return c, c.connected(fd)
		}
	}
	return nil, false
}

func (c *connection) connected(fd int) bool {
	peer, err := unix.Getpeername(fd)
	switch peer := peer.(type) {
	case *unix.SockaddrInet4:
		c.remote = netip.AddrPortFrom(netip.AddrFrom4(peer.Addr), uint16(peer.Port))
	case *unix.SockaddrInet6:
		c.remote = netip.AddrPortFrom(netip.AddrFrom16(peer.Addr).Unmap(), uint16(peer.Port))
	}
	return err == nil
}
