//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The program below a service manager.
func managerFaults() []fault {
	return []fault{
		{number: 43, name: "socket activation",
			inject: "LISTEN_FDS at the first start, then 3 upgrades; LISTEN_PID of somebody else",
			pass:   "the socket is adopted, stays the same one, and is not looked for again; that of somebody else is left alone", run: activation},
		{number: 44, name: "what the service manager hears",
			inject: "a fake NOTIFY_SOCKET; a failed upgrade, 3 good ones, a stop",
			pass:   "READY; RELOADING with MONOTONIC_USEC and READY with STATUS; RELOADING and {READY, MAINPID of the new} from the old; STOPPING once, at the stop", run: notifications},
		{number: 45, name: "watchdog during upgrades",
			inject: "WatchdogSec 1 s, 3 upgrades, the last to a process that takes 2 s to start",
			pass:   "an answer at least every second, each from the main process of that time", run: watchdog},
	}
}

func activation(t *trial) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	t.must(err, "listen")
	defer ln.Close()
	file, err := ln.(*net.TCPListener).File()
	t.must(err, "get the socket")
	defer file.Close()
	activate := func(pid string) *service {
		s := t.prepare("guard=20ms")
		self := s.cmd.Path
		s.cmd.Path, s.cmd.Args = "/bin/sh", []string{"sh", "-c", "LISTEN_PID=" + pid + ` exec "$0"`, self}
		s.cmd.Env = append(s.cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=http")
		s.cmd.ExtraFiles = []*os.File{file}
		return s
	}
	s := activate("$$")
	s.behave("guard=20ms", "addr="+ln.Addr().String())
	s.addr = ln.Addr().String()
	s.launch()
	s.answers()
	s.watch.begin()
	for range 3 {
		if env := s.get("/environ"); strings.Contains(env, "LISTEN_") {
			t.failf("LISTEN_ variables are still there: %s", env)
		}
		s.replace()
	}
	s.done()

	s = activate("1")
	s.launch()
	s.answers() // on the port of its own
	s.watch.begin()
	s.replace()
	return "adopted once, the same inode over 3 upgrades; with a foreign LISTEN_PID a socket of its own"
}

// manager plays systemd: it keeps what is sent to NOTIFY_SOCKET.
type manager struct {
	mu    sync.Mutex // guards heard
	heard []notice
}

// notice is one datagram.
type notice struct {
	text string
	pid  int // of the sender, by the kernel's word
	at   time.Time
}

// manage gives the service a manager.
func (s *service) manage() *manager {
	t := s.t
	path := filepath.Join(s.dir, "notify")
	nc, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	t.must(err, "listen for notifications")
	raw, err := nc.SyscallConn()
	t.must(err, "get the socket")
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) })
	t.must(err, "ask for credentials")
	m := &manager{}
	t.atEnd(func() { nc.Close() })
	t.spawn(func() {
		text, oob := make([]byte, 4096), make([]byte, 1024)
		for {
			n, oobn, _, _, err := nc.ReadMsgUnix(text, oob)
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.failf("read notifications: %w", err)
				}
				return
			}
			m.take(string(text[:n]), oob[:oobn])
		}
	})
	s.cmd.Env = append(s.cmd.Env, "NOTIFY_SOCKET="+path)
	return m
}

func (m *manager) take(text string, oob []byte) {
	n := notice{text: text, at: time.Now()}
	messages, _ := unix.ParseSocketControlMessage(oob)
	for _, c := range messages {
		if fds, err := unix.ParseUnixRights(&c); err == nil {
			for _, fd := range fds {
				unix.Close(fd)
			}
		}
		if cred, err := unix.ParseUnixCredentials(&c); err == nil {
			n.pid = int(cred.Pid)
		}
	}
	m.mu.Lock()
	m.heard = append(m.heard, n)
	m.mu.Unlock()
}

// said returns what was heard with this in it, in order.
func (m *manager) said(part string) []notice {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []notice
	for _, n := range m.heard {
		if strings.Contains(n.text, part) {
			found = append(found, n)
		}
	}
	return found
}

// sequence is what concerns READY, RELOADING, MAINPID and STOPPING, in order.
func (m *manager) sequence() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, n := range m.heard {
		var words []string
		for _, line := range strings.Split(n.text, "\n") {
			key, _, _ := strings.Cut(line, "=")
			switch key {
			case "READY", "RELOADING", "STOPPING", "MONOTONIC_USEC":
				words = append(words, key)
			case "MAINPID":
				words = append(words, line)
			}
		}
		if len(words) > 0 {
			all = append(all, fmt.Sprintf("%d: %s", n.pid, strings.Join(words, " ")))
		}
	}
	return all
}

func notifications(t *trial) string {
	s := t.prepare("guard=20ms")
	m := s.manage()
	s.launch()
	pids := []int{s.answers()}
	s.watch.begin()
	s.behave("exit")
	s.refuses("exit status 3")
	s.behave("guard=20ms")
	for range 3 {
		pids = append(pids, s.replace())
	}
	s.watch.end()
	s.signal(syscall.SIGTERM)
	s.end()
	want := []string{
		fmt.Sprintf("%d: READY MAINPID=%d", pids[0], pids[0]),
		fmt.Sprintf("%d: RELOADING MONOTONIC_USEC", pids[0]),
		fmt.Sprintf("%d: READY", pids[0]),
	}
	for i, pid := range pids[:3] {
		want = append(want, fmt.Sprintf("%d: RELOADING MONOTONIC_USEC", pid), fmt.Sprintf("%d: READY MAINPID=%d", pid, pids[i+1]))
	}
	want = append(want, fmt.Sprintf("%d: STOPPING", pids[3]))
	got := m.sequence()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.failf("heard %q, want %q", got, want)
	}
	if len(m.said("STATUS=generation 1: upgrade failed: ")) != 1 {
		t.failf("no STATUS about the failed upgrade")
	}
	s.watch.keepPath = true // a manager that keeps the socket keeps its path
	return fmt.Sprintf("%d notices in order over 4 generations", len(got))
}

func watchdog(t *trial) string {
	s := t.prepare("guard=20ms")
	m := s.manage()
	s.cmd.Env = append(s.cmd.Env, "WATCHDOG_USEC=1000000")
	s.launch()
	s.answers()
	s.watch.begin()
	s.watch.keepPath = true
	s.replace()
	s.replace()
	s.behave("guard=20ms", "init=2s")
	s.replace()
	t.pause(time.Second)
	s.watch.end()
	answers, worst := 0, time.Duration(0)
	main, last := 0, time.Time{}
	for _, n := range m.said("") {
		if strings.Contains(n.text, "WATCHDOG=1") {
			if main != 0 && n.pid != main {
				t.failf("process %d answers, the main process is %d", n.pid, main)
			}
			if answers > 0 {
				worst = max(worst, n.at.Sub(last))
			}
			answers, last = answers+1, n.at
		}
		if _, rest, ok := strings.Cut(n.text, "MAINPID="); ok {
			fmt.Sscan(rest, &main)
		}
	}
	if answers < 6 {
		t.failf("%d answers in more than 3 s", answers)
	}
	t.within(time.Second, worst, "the next answer came")
	return fmt.Sprintf("%d answers over 3 upgrades, the longest pause %v", answers, worst.Round(time.Millisecond))
}
