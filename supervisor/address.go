package supervisor

import (
	"net"
	"strings"
)

// serves reports whether a socket that is bound to have is what a program
// means by network and addr. ":8080", "0.0.0.0:8080" and "[::]:8080" are the
// same wish; port 0 is fulfilled by any port.
func serves(have net.Addr, network, addr string) bool {
	var ip, wantIP net.IP
	var port, wantPort int
	switch have := have.(type) {
	case *net.UnixAddr:
		return have.Net == network && have.Name == addr
	case *net.TCPAddr:
		want, err := net.ResolveTCPAddr(network, addr)
		if err != nil {
			return false
		}
		ip, port, wantIP, wantPort = have.IP, have.Port, want.IP, want.Port
	case *net.UDPAddr:
		want, err := net.ResolveUDPAddr(network, addr)
		if err != nil {
			return false
		}
		ip, port, wantIP, wantPort = have.IP, have.Port, want.IP, want.Port
	default:
		return false
	}
	if wantPort != 0 && wantPort != port {
		return false
	}
	if unspecified(wantIP) || unspecified(ip) {
		return unspecified(wantIP) && unspecified(ip)
	}
	return wantIP.Equal(ip)
}

func unspecified(ip net.IP) bool { return len(ip) == 0 || ip.IsUnspecified() }

// storeName makes a listener's name fit for FDNAME, which has neither colons
// nor control characters and at most 255 bytes (sd_pid_notify_with_fds(3)).
func storeName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || r == ':' {
			return '_'
		}
		return r
	}, name)
	return clean[:min(len(clean), 255)]
}

// streams reports whether a socket that is bound to have may be a listener.
func streams(have net.Addr) bool {
	switch have := have.(type) {
	case *net.TCPAddr:
		return true
	case *net.UnixAddr:
		return have.Net != "unixgram"
	}
	return false
}

// pathOf returns where a unix socket lies, "" for nowhere.
func pathOf(addr net.Addr) string {
	u, ok := addr.(*net.UnixAddr)
	if !ok || u.Name == "" || u.Name[0] == '@' || u.Name[0] == 0 {
		return ""
	}
	return u.Name
}
