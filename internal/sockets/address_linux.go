//go:build amd64 || arm64

package sockets

import (
	"net/netip"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// address is where a stream socket listens. Two sockets with equal addresses
// are interchangeable for clients.
type address struct {
	tcp    netip.AddrPort
	single bool   // all of IPv6, without IPv4 (IPV6_V6ONLY)
	path   string // of a unix socket; an abstract one begins with "@"
}

func (a address) String() string {
	if a.path != "" {
		return a.path
	}
	return a.tcp.String()
}

// file is the path of the socket in the file system, "" for none.
func (a address) file() string {
	if strings.HasPrefix(a.path, "@") {
		return ""
	}
	return a.path
}

// conflicts reports whether the kernel lets only one of the two exist.
func (a address) conflicts(b address) bool {
	if a.path != "" || b.path != "" {
		return a.path == b.path
	}
	return a.tcp.Port() == b.tcp.Port() && (a.covers(b.tcp.Addr()) || b.covers(a.tcp.Addr()))
}

// covers reports whether connections to addr, on the port of a, come to a.
func (a address) covers(addr netip.Addr) bool {
	own, addr := a.tcp.Addr().Unmap(), addr.Unmap()
	switch {
	case !own.IsUnspecified():
		return own == addr
	case own.Is4():
		return addr.Is4()
	}
	return addr.Is6() || !a.single
}

// parse reads a struct sockaddr; ok is false for other families, and for a
// port that the kernel is to choose. resolve makes paths absolute.
func parse(raw []byte, resolve func(string) string) (a address, ok bool) {
	if len(raw) < 2 {
		return a, false
	}
	switch family := uint16(raw[0]) | uint16(raw[1])<<8; {
	case family == unix.AF_INET && len(raw) >= unix.SizeofSockaddrInet4:
		a.tcp = netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port(raw))
	case family == unix.AF_INET6 && len(raw) >= unix.SizeofSockaddrInet6-4: // without a scope, as older programs
		a.tcp = netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])), port(raw))
	case family == unix.AF_UNIX && len(raw) > 2:
		a.path = unixPath(raw[2:], resolve)
		return a, a.path != ""
	default:
		return a, false
	}
	return a, a.tcp.Port() != 0
}

func port(raw []byte) uint16 { return uint16(raw[2])<<8 | uint16(raw[3]) }

// unixPath follows unix(7): an abstract name begins with a zero.
func unixPath(raw []byte, resolve func(string) string) string {
	if raw[0] == 0 {
		return "@" + string(raw[1:]) // all of it, zeros as well
	}
	path, _, _ := strings.Cut(string(raw), "\x00")
	return resolve(path)
}

// boundTo returns the address of a socket of ours.
func boundTo(fd int, resolve func(string) string) (a address, ok bool) {
	var raw [unix.SizeofSockaddrAny]byte
	length := uint32(len(raw))
	_, _, errno := unix.Syscall(unix.SYS_GETSOCKNAME, uintptr(fd), uintptr(unsafe.Pointer(&raw)), uintptr(unsafe.Pointer(&length)))
	if errno != 0 {
		return a, false
	}
	a, ok = parse(raw[:min(int(length), len(raw))], resolve)
	a.single = a.tcp.Addr() == netip.IPv6Unspecified() && singleStack(fd)
	return a, ok
}

func singleStack(fd int) bool {
	only, err := unix.GetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
	return err == nil && only == 1
}

func isStream(fd int) bool {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	return err == nil && kind == unix.SOCK_STREAM
}

func isListening(fd int) bool {
	listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	return err == nil && listens == 1
}
