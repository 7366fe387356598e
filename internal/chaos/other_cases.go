//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Servers and sockets other than net/http on the library's own listeners, and
// stops that a load balancer has to notice.
func otherFaults() []fault {
	return []fault{
		{number: 13, name: "a server of another protocol, in the manner of gRPC",
			inject: "20 connections with calls without a pause, 6 upgrades; the server says GOAWAY in its drain",
			pass:   "no call fails, each connection is told to go", run: rpcCalls},
		{number: 38, name: "SO_REUSEPORT",
			inject: "a listener that the program has opened so, under new connections over 4 upgrades",
			pass:   "a warning says what to do; no connection is lost", run: sharedPort},
		{number: 48, name: "a stop below a load balancer",
			inject: "StopDelay 600 ms, readiness asked every 5 ms; an upgrade before that",
			pass:   "not ready within 50 ms of TERM, requests are served until the delay is over; the upgrade has no delay", run: stopDelay},
		{number: 53, name: "UDP echo during the overlap",
			inject: "datagrams one after the other over 6 upgrades; a server that stops reading when it drains",
			pass:   "each is answered by either generation, what is lost is counted and at most 1 per upgrade; no crash", run: datagrams},
	}
}

func rpcCalls(t *trial) string {
	s := t.start("guard=20ms", "rpc")
	addr := s.get("/addr?name=rpc")
	var calls, goaways atomic.Int64
	var stop atomic.Bool
	client := func(i int) {
		w := t.dial("tcp", addr)
		defer func() { w.close() }()
		for n := 0; !stop.Load(); n++ {
			call := fmt.Sprintf("%d-%d", i, n)
			w.send(call + "\n")
			told := false
			for {
				line, err := w.br.ReadString('\n')
				t.must(err, "wait for the answer to "+call)
				if line != "GOAWAY\n" {
					if !strings.HasPrefix(line, call+" generation ") {
						t.failf("call %s was answered by %q", call, line)
					}
					break
				}
				told = true
			}
			calls.Add(1)
			if told {
				goaways.Add(1)
				w.close()
				w = t.dial("tcp", addr)
			}
			t.pause(time.Millisecond)
		}
	}
	wait := t.spawn(func() { t.together(20, client) })
	err := caught(func() {
		for range 6 {
			t.pause(50 * time.Millisecond)
			s.replace()
		}
	})
	stop.Store(true)
	wait()
	t.must(err, "upgrade")
	return fmt.Sprintf("0 of %d calls failed in 6 upgrades, %d GOAWAYs", calls.Load(), goaways.Load())
}

func sharedPort(t *trial) string {
	addr := "127.0.0.1:" + t.freePort()
	s := t.start("guard=20ms", "reuseport="+addr)
	s.expect(`SO_REUSEPORT`)
	asked := 0
	var stop atomic.Bool
	wait := t.spawn(func() {
		for !stop.Load() {
			t.must(probeOnce("tcp", addr), "ask the shared port")
			asked++
		}
	})
	err := caught(func() {
		for range 4 {
			t.pause(50 * time.Millisecond)
			s.replace()
		}
	})
	stop.Store(true)
	wait()
	t.must(err, "upgrade")
	return fmt.Sprintf("warned; 0 of %d lost in 4 upgrades", asked)
}

func stopDelay(t *trial) string {
	const delay = 600 * time.Millisecond
	s := t.start("guard=20ms", "stopdelay="+delay.String())
	begun := time.Now()
	s.replace()
	upgrade := time.Since(begun)
	if ready := s.get("/ready"); ready != "true" {
		t.failf("ready after an upgrade: %s", ready)
	}
	s.signal(syscall.SIGTERM)
	begun = time.Now()
	var unready time.Duration
	asked := 0
	for time.Since(begun) < delay-100*time.Millisecond {
		text := s.get("/ready")
		asked++
		if unready == 0 && text == "false" {
			unready = time.Since(begun)
		}
		t.pause(5 * time.Millisecond)
	}
	s.watch.end()
	s.end()
	stopped := time.Since(begun)
	if unready == 0 {
		t.failf("ready until the end")
	}
	t.within(50*time.Millisecond, unready, "it was not ready")
	if stopped < delay {
		t.failf("gone %v after TERM, before the delay of %v", stopped, delay)
	}
	return fmt.Sprintf("not ready %v after TERM, %d requests served meanwhile, gone after %v; an upgrade takes %v",
		unready.Round(time.Millisecond), asked, stopped.Round(10*time.Millisecond), upgrade.Round(10*time.Millisecond))
}

func datagrams(t *trial) string {
	s := t.start("guard=20ms", "udp")
	nc, err := net.Dial("udp", s.get("/addr?name=udp"))
	t.must(err, "open a UDP socket")
	defer nc.Close()
	var stop atomic.Bool
	asked, lost := 0, 0
	wait := t.spawn(func() {
		answer := make([]byte, 100)
		for ; !stop.Load(); asked++ {
			want := fmt.Sprint("datagram ", asked)
			nc.Write([]byte(want))
			nc.SetReadDeadline(time.Now().Add(time.Second))
			n, err := nc.Read(answer)
			if err != nil && !os.IsTimeout(err) {
				t.must(err, "read a datagram")
			}
			if err != nil || string(answer[:n]) != want {
				lost++
			}
		}
	})
	const upgrades = 6
	err = caught(func() {
		for range upgrades {
			t.pause(50 * time.Millisecond)
			s.replace()
		}
	})
	stop.Store(true)
	wait()
	t.must(err, "upgrade")
	if lost > upgrades {
		t.failf("%d of %d datagrams lost in %d upgrades", lost, asked, upgrades)
	}
	return fmt.Sprintf("%d of %d datagrams lost in %d upgrades", lost, asked, upgrades)
}
