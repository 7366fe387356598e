//go:build linux

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// Sockets that the new version finds, adds, changes or drops.
func listenerFaults() []fault {
	return []fault{
		{number: 35, name: "unix sockets: stale, foreign, and after failed upgrades (T2, T3)",
			inject: "a stale file at the start; another program's socket put in place of ours; 10 new processes that fail after inheriting; a version without the socket that fails, 10 times",
			pass:   "the stale one is taken over; the path connects all the time; a foreign socket is never removed", run: unixSockets},
		{number: 36, name: "listeners added, removed, and addresses in another notation",
			inject: "a version with one listener more, one without; ':p', '0.0.0.0:p', '[::]:p', then '127.0.0.1:p'",
			pass:   "the added one serves; the removed one refuses after the commit and not before; equal addresses are the same socket; the narrower one serves or is an error", run: otherListeners},
		{number: 37, name: "two listeners on port 0",
			inject: "both on 127.0.0.1:0, 3 upgrades, in another order each time",
			pass:   "each keeps its own port by its name", run: portZero},
	}
}

func unixSockets(t *trial) string {
	s := t.prepare("guard=20ms")
	path := s.socketPath()
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	t.must(err, "listen")
	ln.SetUnlinkOnClose(false)
	ln.Close() // what a crash leaves
	s.launch()
	s.answers()
	s.watch.begin()
	for range 10 {
		s.behave("also=bad,tcp,256.0.0.1:1")
		s.refuses(`exit status 1`)
		s.expect(`kind="upgrade failed"`)
		s.behave("nosocket", "gate=run")
		s.signal(syscall.SIGUSR2)
		next := s.expectPID(`at gate run (\d+)`)
		t.must(syscall.Kill(next, syscall.SIGKILL), "kill the new process")
		s.expect(fmt.Sprintf(`kind="upgrade failed" generation=1 about=%d`, next))
		s.behave("guard=20ms")
	}
	t.until(patience, "upgraded", func() bool { return !strings.Contains(s.try(), "error") })
	s.done()

	// Somebody else's socket stands where ours was.
	s = t.start("guard=20ms")
	s.watch.end()
	s.watch.unix = probes{}
	t.must(os.Remove(s.socketPath()), "remove")
	foreign, err := net.Listen("unix", s.socketPath())
	t.must(err, "listen")
	t.atEnd(func() { foreign.Close() })
	before, err := os.Stat(s.socketPath())
	t.must(err, "look at the foreign socket")
	s.replace()
	s.watch.keepPath = true
	s.done()
	after, err := os.Stat(s.socketPath())
	if err != nil || !os.SameFile(before, after) {
		t.failf("the foreign socket was removed at the stop: %v", err)
	}
	return "10 of each failed and the path always connected; stale one taken over; foreign one kept"
}

func otherListeners(t *trial) string {
	port := t.freePort()
	s := t.prepare("guard=20ms", "addr=:"+port)
	s.addr = "127.0.0.1:" + port
	s.launch()
	s.answers()
	s.watch.begin()
	for _, addr := range []string{"0.0.0.0:" + port, "[::]:" + port, ":" + port} {
		s.behave("guard=20ms", "addr="+addr)
		s.replace()
	}
	s.behave("guard=20ms", "addr=:"+port, "also=extra,tcp,127.0.0.1:0")
	s.replace()
	extra := s.get("/addr?name=extra")
	t.must(probeOnce("tcp", extra), "ask the added listener")

	s.behave("guard=20ms", "addr=:"+port, "gate=run")
	old := s.signal(syscall.SIGUSR2)
	s.expect(`at gate run`)
	t.must(probeOnce("tcp", extra), "ask the listener before the commit")
	s.open("run")
	s.gone(old, patience)
	if err := probeOnce("tcp", extra); !errors.Is(err, syscall.ECONNREFUSED) {
		t.failf("the removed listener: %v", err)
	}

	s.behave("guard=20ms", "addr=127.0.0.1:"+port)
	narrower := "is an error that says why"
	if got := s.try(); !strings.Contains(got, "error") {
		narrower, s.watch.rebinds = "serves", true
	} else if !strings.Contains(got, "address already in use") {
		t.failf("narrower address: %s", got)
	}
	s.behave("guard=20ms", "addr=:"+port)
	return "3 notations are one socket, the added one serves, the removed one refuses; a narrower address " + narrower
}

func portZero(t *trial) string {
	words := []string{"also=a,tcp,127.0.0.1:0", "also=b,tcp,127.0.0.1:0"}
	s := t.start(append(words, "guard=20ms")...)
	addr := func() [2]string { return [2]string{s.get("/addr?name=a"), s.get("/addr?name=b")} }
	first := addr()
	if first[0] == first[1] {
		t.failf("both on %s", first[0])
	}
	for i := range 3 {
		s.behave(words[(i+1)%2], words[i%2], "guard=20ms")
		s.replace()
		if now := addr(); now != first {
			t.failf("%v became %v", first, now)
		}
	}
	return fmt.Sprintf("%s and %s over 3 upgrades", first[0], first[1])
}
