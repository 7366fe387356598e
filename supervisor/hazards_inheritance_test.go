//go:build linux

package supervisor_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// T6: the word by which tableflip knows that it has a parent stays in the
// environment, so every program that the new process starts, and that uses
// tableflip too, believes that it has one.
// T7: the two pipes to the old process are not close-on-exec, and leak into
// what the new process starts before they are closed.
func TestHazardInheritance(t *testing.T) {
	t.Parallel()
	pipes := regexp.MustCompile(`[34] -> pipe`)
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, "grandchild")
		if got := grandchild(r); pipes.MatchString(got) {
			t.Errorf("the first process has\n%s", got)
		}
		old := r.answers()
		syscall.Kill(old, syscall.SIGUSR2)
		if got := grandchild(r); len(pipes.FindAllString(got, -1)) != 2 {
			t.Errorf("want both pipes in\n%s", got)
		}
		r.awaitExit(old)
		if got := r.get("/tenant"); !strings.Contains(got, "tenant: can't decode names from parent process") {
			t.Error(got)
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "grandchild")
		grandchild(r)
		r.signal(syscall.SIGUSR2)
		if got := grandchild(r); pipes.MatchString(got) {
			t.Errorf("the new process passes on\n%s", got)
		}
		r.expect(`generation 1 ended`)
		if got := r.get("/tenant"); !strings.Contains(got, "tenant: <nil>") {
			t.Error(got)
		}
	})
}

// grandchild returns what a program sees that the next process has started
// before it was ready.
func grandchild(r *running) string {
	r.t.Helper()
	return r.expect(`(?s)grandchild:(.*?)\.\n`)[1]
}

// T11: what a service manager has told the first process is believed by the
// next one, or not: LISTEN_PID and WATCHDOG_PID name the first one, and the
// descriptors from 3 on are tableflip's pipes.
func TestHazardServiceManagersWords(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		ln, _ := listenTCP(t)
		r := activated(prepareRecipe(t, "activated"), ln)
		r.expect(`activated with 1 sockets; watchdog 1m0s <nil>`)
		first := r.answers()
		syscall.Kill(first, syscall.SIGUSR2)
		r.expect(`activated with 0 sockets; watchdog 0s <nil>`)
		r.awaitExit(first)
		if got, want := r.get("/environ"), fmt.Sprint("LISTEN_PID=", first, "\n"); !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		ln, _ := listenTCP(t)
		r := prepare(t, "addr="+ln.Addr().String())
		r.url = "http://" + ln.Addr().String()
		activated(r, ln)
		for range 2 {
			if got := r.get("/environ"); strings.Contains(got, "LISTEN_") || strings.Contains(got, "WATCHDOG_PID") {
				t.Error(got)
			}
			r.replace()
		}
		if got := r.get("/"); got != "generation 3\n" {
			t.Error(got)
		}
	})
}

// activated starts a program that prepare has made with a socket and a watchdog
// of a service manager.
func activated(r *running, ln *net.TCPListener) *running {
	r.t.Helper()
	f, err := ln.File()
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	r.throughShell(`LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$0"`)
	r.cmd.Env = append(r.cmd.Env, "LISTEN_FDS=1", "WATCHDOG_USEC=60000000")
	r.cmd.ExtraFiles = []*os.File{f}
	r.launch()
	r.answers()
	return r
}

// T18: the length of a listener's queue is what it was when the first process
// opened it, whatever the system allows by now.
func TestHazardShortQueue(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, "short-queue")
		for range 2 {
			if got := r.queue(); got != shortQueue {
				t.Errorf("the queue holds %d, want %d", got, shortQueue)
			}
			r.behave()
			r.exchange()
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "short-queue")
		r.expect(`queues are short`)
		if got := r.queue(); got != shortQueue {
			t.Errorf("the queue holds %d, want %d", got, shortQueue)
		}
		r.behave()
		r.replace()
		if got := r.queue(); got <= shortQueue {
			t.Errorf("the queue still holds %d", got)
		}
	})
}

// queue returns how many connections the program's listener lets wait: what the
// kernel tells ss(8), see sock_diag(7).
func (r *running) queue() int {
	r.t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_INET_DIAG)
	if err != nil {
		r.t.Skip(err)
	}
	defer unix.Close(fd)
	const header, reply = 16, 72
	ask := make([]byte, header+56)
	binary.NativeEndian.PutUint32(ask[0:], uint32(len(ask)))
	binary.NativeEndian.PutUint16(ask[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(ask[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	ask[header], ask[header+1] = unix.AF_INET, unix.IPPROTO_TCP
	binary.NativeEndian.PutUint32(ask[header+4:], 1<<unix.BPF_TCP_LISTEN)
	if err := unix.Sendto(fd, ask, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		r.t.Skip(err)
	}
	port := r.host()[strings.LastIndex(r.host(), ":")+1:]
	buf := make([]byte, 1<<16)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			r.t.Fatal(err)
		}
		messages, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			r.t.Fatal(err)
		}
		for _, m := range messages {
			switch {
			case m.Header.Type == unix.NLMSG_DONE:
				r.t.Fatal("nobody listens on port ", port)
			case m.Header.Type == unix.NLMSG_ERROR || len(m.Data) < reply:
				r.t.Skip("the kernel does not tell")
			}
			if fmt.Sprint(binary.BigEndian.Uint16(m.Data[4:])) == port {
				return int(binary.NativeEndian.Uint32(m.Data[60:]))
			}
		}
	}
}
