package proc

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the kernel is asked for, and the beginning of what it answers for each
// socket (sock_diag(7)).
type (
	diagSocket struct {
		sport, dport [2]byte
		src, dst     [16]byte
		device       uint32
		cookie       [2]uint32
	}
	diagRequest struct {
		header           unix.NlMsghdr
		family, protocol uint8
		extensions, _    uint8
		states           uint32
		_                diagSocket
	}
	diagAnswer struct {
		family, state, timer, retrans   uint8
		id                              diagSocket
		expires, received, sending, uid uint32
		inode                           uint32
	}
)

const (
	sockDiagByFamily = 20      // SOCK_DIAG_BY_FAMILY
	listenState      = 1 << 10 // TCP_LISTEN
)

// diagListeners returns the TCP sockets that listen, in the time that these
// take: /proc/net/tcp has every connection besides, closed ones too, which are
// tens of thousands after a load.
func diagListeners() ([]listening, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	defer unix.Close(fd)
	var found []listening
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		req := diagRequest{family: family, protocol: unix.IPPROTO_TCP, states: listenState}
		req.header = unix.NlMsghdr{Len: uint32(unsafe.Sizeof(req)), Type: sockDiagByFamily, Flags: unix.NLM_F_REQUEST | unix.NLM_F_DUMP}
		raw := unsafe.Slice((*byte)(unsafe.Pointer(&req)), unsafe.Sizeof(req))
		if err := unix.Sendto(fd, raw, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
			return nil, fmt.Errorf("ask for listening sockets: %w", err)
		}
		if found, err = readDiag(fd, found); err != nil {
			return nil, fmt.Errorf("read listening sockets: %w", err)
		}
	}
	return found, nil
}

// readDiag appends what is answered until the kernel says that this was all.
func readDiag(fd int, found []listening) ([]listening, error) {
	buf := make([]byte, 32<<10)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		messages, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			switch m.Header.Type {
			case unix.NLMSG_DONE:
				return found, nil
			case unix.NLMSG_ERROR:
				return nil, diagError(m.Data)
			}
			if l, ok := diagListener(m.Data); ok {
				found = append(found, l)
			}
		}
	}
}

func diagError(data []byte) error {
	if len(data) < 4 {
		return unix.EPROTO
	}
	return unix.Errno(-int32(binary.NativeEndian.Uint32(data)))
}

func diagListener(data []byte) (listening, bool) {
	var a diagAnswer
	if len(data) < int(unsafe.Sizeof(a)) {
		return listening{}, false
	}
	a = *(*diagAnswer)(unsafe.Pointer(&data[0]))
	ip := netip.AddrFrom16(a.id.src)
	if a.family == unix.AF_INET {
		ip = netip.AddrFrom4([4]byte(a.id.src[:4]))
	}
	port := binary.BigEndian.Uint16(a.id.sport[:])
	return listening{netip.AddrPortFrom(ip.Unmap(), port), strconv.FormatUint(uint64(a.inode), 10)}, true
}
