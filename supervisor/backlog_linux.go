package supervisor

import "syscall"

// backlog asks the kernel for the queue of a TCP socket. Of a listening socket,
// tcp_info has the length of the queue in tcpi_unacked and its limit in
// tcpi_sacked (tcp_get_info in net/ipv4/tcp.c): the seventh and eighth of the
// 32-bit words with which it begins. Package syscall has no call for tcp_info,
// but one that reads as many words as that, and the kernel copies no more than
// there is room for.
func (l *Listener) backlog() *Backlog {
	if l.Addr().Network() != "tcp" {
		return nil
	}
	sc, ok := l.socket.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	var words *syscall.ICMPv6Filter
	var callErr error
	err = raw.Control(func(fd uintptr) {
		words, callErr = syscall.GetsockoptICMPv6Filter(int(fd), syscall.IPPROTO_TCP, syscall.TCP_INFO)
	})
	if err != nil || callErr != nil {
		return nil
	}
	return &Backlog{Length: int(words.Data[6]), Limit: int(words.Data[7])}
}
