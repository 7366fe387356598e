package proc

import (
	"bufio"
	"encoding/hex"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Listening returns the TCP addresses on which one of the processes listens.
func Listening(pids []int) []netip.AddrPort {
	inodes := make(map[string]bool)
	for _, pid := range pids {
		for _, inode := range sockets(pid) {
			inodes[inode] = true
		}
	}
	if len(inodes) == 0 {
		return nil
	}
	var addrs []netip.AddrPort
	for _, l := range listeners("tcp") {
		if inodes[l.inode] && !slices.Contains(addrs, l.addr) {
			addrs = append(addrs, l.addr)
		}
	}
	return addrs
}

// PortOwner returns the process that has a port of a network, as package net
// calls it, to itself: 0 if there is none or it may not be looked into.
func PortOwner(network string, port int) int {
	inodes := make(map[string]bool)
	for _, l := range listeners(network) {
		if int(l.addr.Port()) == port {
			inodes[l.inode] = true
		}
	}
	if len(inodes) == 0 {
		return 0
	}
	for _, pid := range all() {
		for _, inode := range sockets(pid) {
			if inodes[inode] {
				return pid
			}
		}
	}
	return 0
}

// sockets returns the inodes of a process's sockets.
func sockets(pid int) []string {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd"
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	var inodes []string
	for _, name := range names {
		target, err := os.Readlink(dir + "/" + name)
		if err != nil {
			continue
		}
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			inodes = append(inodes, strings.TrimSuffix(inode, "]"))
		}
	}
	return inodes
}

type listening struct {
	addr  netip.AddrPort
	inode string
}

// listeners returns the sockets of a network that wait for clients.
func listeners(network string) []listening {
	if strings.HasPrefix(network, "udp") {
		return listed("/proc/self/net/udp", "07")
	}
	if found, err := diagListeners(); err == nil {
		return found
	}
	return listed("/proc/self/net/tcp", "0A") // a kernel, or a sandbox, without sock_diag
}

// listed reads a table of the kernel (proc_pid_net(5)): state 0A is LISTEN, and
// 07 what a datagram socket has without a peer.
func listed(table, state string) []listening {
	var found []listening
	for _, version := range []string{"", "6"} {
		f, err := os.Open(table + version)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || fields[3] != state {
				continue
			}
			if addr, ok := address(fields[1]); ok {
				found = append(found, listening{addr, fields[9]})
			}
		}
		f.Close()
	}
	return found
}

// address reads "0100007F:1F90": 32-bit words in the order of the host, which
// on every architecture that ginreload is built for is little endian.
func address(text string) (netip.AddrPort, bool) {
	host, port, ok := strings.Cut(text, ":")
	b, err := hex.DecodeString(host)
	p, perr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || perr != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i+4 <= len(b); i += 4 {
		slices.Reverse(b[i : i+4])
	}
	addr, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(addr.Unmap(), uint16(p)), ok
}
