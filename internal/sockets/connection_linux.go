//go:build amd64 || arm64

package sockets

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// calm is how long a connection has to be at rest until it is taken for idle.
type calm struct {
	// From outside an answer that is finished looks like one that pauses.
	quiet time.Duration
	// And one that was sent right after a request like a request that came right
	// after an answer, and still is under way.
	doubt time.Duration
}

// patient is for a generation that holds up nobody while it drains.
func patient() calm { return calm{quiet: time.Second, doubt: 10 * time.Second} }

// hasty is for one for whose end clients wait.
func hasty() calm { return calm{quiet: 200 * time.Millisecond, doubt: 2 * time.Second} }

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
	sure   bool      // that the program had answered, then, if it was not busy
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

// examine looks at a connection by a descriptor of ours.
func (c *connection) examine(fd int, calm calm) condition {
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
	c.was, c.sure = c.judge(info, calm), answeredLast(info)
	return c.was
}

// judge tells from what was sent and received whether a request is under way.
func (c *connection) judge(info *unix.TCPInfo, calm calm) condition {
	received := time.Duration(info.Last_data_recv) * time.Millisecond
	sent := time.Duration(info.Last_data_sent) * time.Millisecond
	quiet := calm.quiet
	if !answeredLast(info) {
		quiet = calm.doubt
	}
	switch {
	case c.unread > 0, info.Notsent_bytes > 0:
		return busy
	case info.Bytes_received == 0 && (c.parked || time.Since(c.seen) >= calm.quiet):
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

// answeredLast reports whether it is certain that the last data of a connection
// was sent, and not received. The kernel remembers both times to a tick of 1 to
// 10 ms, and most answers take no longer. But a client whose data was all in
// one segment has sent nothing since it was answered, and one that acknowledges
// without sending data acknowledges what was sent to it since.
func answeredLast(info *unix.TCPInfo) bool {
	return info.Last_data_recv > info.Last_data_sent || info.Data_segs_in == 1 || info.Last_ack_recv < info.Last_data_recv
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
func (s *state) accepted(pid int, d descriptor, fd int) (*connection, bool) {
	if !isStream(fd) || isListening(fd) {
		return nil, false
	}
	local, ok := boundTo(fd, func(path string) string { return path })
	if !ok {
		return nil, false
	}
	c := &connection{pid: pid, fd: d.fd, inode: d.inode, unix: local.path != "", seen: time.Now(), own: -1}
	if c.from = s.listener(local); c.from == nil {
		return nil, false
	}
	return c, c.connected(fd)
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
