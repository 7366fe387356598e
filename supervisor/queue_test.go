//go:build linux

package supervisor

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// queueOf returns the length of a listener's queue: for one that listens,
// tcpi_sacked is that (net/ipv4/tcp.c, tcp_get_info).
func queueOf(t *testing.T, f *os.File) int {
	t.Helper()
	info, err := unix.GetsockoptTCPInfo(int(f.Fd()), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sacked)
}

// T18: the limit was raised since the first generation has opened the socket.
func TestQueueGrowsWithTheLimit(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/core/somaxconn")
	if err != nil {
		t.Skip(err)
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		sized bool
		want  int
	}{
		{"ours", true, limit},
		{"of a service manager, which has chosen it", false, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			f, err := ln.(*net.TCPListener).File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := syscall.Listen(int(f.Fd()), 7); err != nil {
				t.Fatal(err)
			}
			s := &Supervisor{conns: newConns()}
			s.inherited = []inherited{{slot: slot{Name: "http", Sized: c.sized}, file: f}}
			l, err := s.Listen("http", "tcp", ln.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if got := queueOf(t, f); got != c.want {
				t.Errorf("the queue holds %d, want %d", got, c.want)
			}
		})
	}
}
