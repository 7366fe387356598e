//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// Requests on their way while one process follows the other.
func loadFaults() []fault {
	return []fault{
		{number: 1, name: "plain upgrades under new connections", alone: true,
			inject: "8 clients with a new connection per request, about 500 a second; 12 upgrades in a round",
			pass:   "no request fails", run: newConnections},
		{number: 2, name: "accepted, but nothing sent yet (golang/go#75591)",
			inject: "200 clients connect, the process is upgraded, then they send",
			pass:   "no request is lost", run: silentConnections},
		{number: 3, name: "upgrade within TLS handshakes",
			inject: "60 clients, ClientHello 100 ms after connecting, new connections throughout 6 upgrades",
			pass:   "no request is lost", run: handshakes},
		{number: 4, name: "slow headers",
			inject: "a byte every few ms: headers complete in 0.4 times NewConnGrace (2 s), or never",
			pass:   "the first are answered; the others end no sooner than the grace, and do not hold the old process longer", run: slowHeaders},
		{number: 5, name: "keep-alive close race over a slow network", alone: true,
			inject: "GET and POST on 40 kept connections through a proxy with 25 ms each way; 6 upgrades",
			pass:   "no request fails, each POST is executed once", run: slowNetwork},
		{number: 6, name: "Connection: close while draining",
			inject: "40 TLS clients of HTTP/1.1 that keep their connections; then the process is upgraded",
			pass:   "each is told to close with its first answer after the commit, and finds the new process next", run: toldToClose},
		{number: 39, name: "2000 connects in 50 ms while the new process starts", alone: true,
			inject: "the new process takes 1 s to start; 2000 connections at once",
			pass:   "none refused, the slowest below 1.2 s + the time to start", run: backlogStorm},
		{number: 40, name: "slow start of the new process", alone: true,
			inject: "init of 2 s under load",
			pass:   "the old process answers all the time, no request fails", run: slowStart},
	}
}

// load runs clients beside what f does, and wants all requests to succeed.
func (s *service) load(l supervisortest.Load, f func()) *supervisortest.Report {
	l.URL = "http://" + s.addr
	ctx, cancel := context.WithCancel(s.t.ctx)
	defer cancel()
	var report *supervisortest.Report
	wait := s.t.spawn(func() { report = l.Run(ctx) })
	err := caught(f)
	cancel()
	wait()
	s.t.must(err, fmt.Sprintf("under load (%d of %d requests failed)", report.Failed, report.Requests))
	if report.Failed > 0 {
		s.t.failf("%d of %d requests failed, the first: %v", report.Failed, report.Requests, report.Failures[0])
	}
	return report
}

func newConnections(t *trial) string {
	s := t.start("guard=20ms")
	const upgrades = 12
	report := s.load(supervisortest.Load{NewConn: 8, Every: 16 * time.Millisecond}, func() {
		for range upgrades {
			t.pause(100 * time.Millisecond)
			s.replace()
		}
	})
	return fmt.Sprintf("0 of %d requests over %d connections and %d upgrades", report.Requests, report.Connections, upgrades)
}

func silentConnections(t *trial) string {
	s := t.start("guard=20ms")
	const clients = 200
	wires := make([]*wire, clients)
	for i := range wires {
		wires[i] = s.wire()
		defer wires[i].close()
	}
	s.upgrade()
	for _, w := range wires {
		w.send(plainRequest)
	}
	by := make(map[string]int)
	for _, w := range wires {
		got, _ := w.answer()
		by[got]++
	}
	return fmt.Sprintf("0 of %d lost; answered by %v", clients, by)
}

func handshakes(t *trial) string {
	s, addr, config := t.startTLS("h1", "guard=20ms")
	var requests atomic.Int64
	stop := make(chan struct{})
	waits := make([]func(), 60)
	for i := range waits {
		waits[i] = t.spawn(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				nc, err := net.Dial("tcp", addr)
				t.must(err, "connect")
				t.pause(100 * time.Millisecond)
				w := t.newWire(tls.Client(nc, config))
				w.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				w.answer()
				w.close()
				requests.Add(1)
			}
		})
	}
	err := caught(func() {
		for range 6 {
			t.pause(t.moment(200 * time.Millisecond))
			s.replace()
		}
	})
	close(stop)
	for _, wait := range waits {
		wait()
	}
	t.must(err, "upgrade")
	return fmt.Sprintf("0 of %d requests lost in 6 upgrades", requests.Load())
}

func slowHeaders(t *trial) string {
	s, addr, config := t.startTLS("h1", "fresh=2s", "guard=20ms", "drain=10s")
	s.watch.leaves = 9 * time.Second
	long := "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("y", 200) + "\r\n\r\n"
	plain, secure, late := s.wire(), t.newWire(t.tlsDial(addr, config)), t.newWire(t.tlsDial(addr, config))
	waits := []func(){
		t.spawn(func() { plain.slowly(long, 40, 800*time.Millisecond); plain.answer() }),
		t.spawn(func() { secure.slowly(long, 40, 800*time.Millisecond); secure.answer() }),
	}
	late.send(long[:20])
	begun := time.Now()
	old := s.answers()
	s.upgrade()
	late.br.ReadByte()
	after := time.Since(begun)
	t.within(4500*time.Millisecond, after, "the late one was closed")
	if after < 1900*time.Millisecond {
		t.failf("the late one was closed after %v, before the grace of 2 s", after)
	}
	gone := s.gone(old, 4*time.Second)
	for _, wait := range waits {
		wait()
	}
	return fmt.Sprintf("0.8 s: answered; longer: closed after %v, old process gone %v later (grace 2 s)",
		after.Round(10*time.Millisecond), gone.Round(10*time.Millisecond))
}

func slowNetwork(t *trial) string {
	s := t.start("guard=20ms")
	proxy := t.delay(s.addr, 25*time.Millisecond)
	const clients = 40
	var posts, gets atomic.Int64
	stop := make(chan struct{})
	waits := make([]func(), clients)
	for i := range waits {
		waits[i] = t.spawn(func() {
			w := t.dial("tcp", proxy)
			defer w.close()
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if i%2 == 0 {
					w.send(plainRequest)
					gets.Add(1)
				} else {
					w.send(fmt.Sprintf("POST /count HTTP/1.1\r\nHost: x\r\nIdempotency-Key: %d-%d\r\nContent-Length: 5\r\n\r\nhello", i, n))
					posts.Add(1)
				}
				if _, closing := w.answer(); closing {
					t.failf("client %d was told to close", i)
				}
				t.pause(20 * time.Millisecond)
			}
		})
	}
	err := caught(func() {
		for range 6 {
			t.pause(300 * time.Millisecond)
			s.replace()
		}
	})
	close(stop)
	for _, wait := range waits {
		wait()
	}
	t.must(err, "upgrade")
	text, err := os.ReadFile(filepath.Join(s.dir, "executed"))
	t.must(err, "read what was executed")
	seen := make(map[string]bool)
	ids := strings.Fields(string(text))
	for _, id := range ids {
		if seen[id] {
			t.failf("POST %s was executed twice", id)
		}
		seen[id] = true
	}
	if len(ids) != int(posts.Load()) {
		t.failf("%d POSTs were answered, %d executed", posts.Load(), len(ids))
	}
	return fmt.Sprintf("0 of %d GETs and %d POSTs failed, each POST once, no connection closed", gets.Load(), posts.Load())
}

func toldToClose(t *trial) string {
	s, addr, config := t.startTLS("h1", "idle=5s", "drain=8s", "spread=-1ns")
	s.watch.leaves = 9 * time.Second
	const clients = 40
	wires := make([]*wire, clients)
	for i := range wires {
		wires[i] = t.newWire(t.tlsDial(addr, config))
		wires[i].says("generation 1")
	}
	s.upgrade()
	s.expect(`kind="draining"`)
	for _, w := range wires {
		w.send(plainRequest)
		if got, closing := w.answer(); got != "generation 1" || !closing {
			t.failf("got %q (close: %t), want generation 1 and to be told to close", got, closing)
		}
		w.ends()
		next := t.newWire(t.tlsDial(addr, config))
		next.says("generation 2")
		next.close()
	}
	return fmt.Sprintf("%d of %d told to close with the first answer, 0 lost", clients, clients)
}

func backlogStorm(t *trial) string {
	s := t.start()
	s.behave("init=1s")
	old := s.signal(12)
	s.expect(`pid \d+ begins`)
	const clients = 2000
	var worst atomic.Int64
	begun := time.Now()
	t.together(clients, func(int) {
		at := time.Now()
		w := s.wire()
		defer w.close()
		w.send(plainRequest)
		w.answer()
		took := int64(time.Since(at))
		for {
			seen := worst.Load()
			if took <= seen || worst.CompareAndSwap(seen, took) {
				return
			}
		}
	})
	took := time.Since(begun)
	s.follows(old)
	slowest := time.Duration(worst.Load())
	t.within(2200*time.Millisecond, slowest, "the slowest was answered")
	return fmt.Sprintf("0 of %d refused, the slowest %v, all in %v", clients, slowest.Round(time.Millisecond), took.Round(time.Millisecond))
}

func slowStart(t *trial) string {
	s := t.start("guard=20ms")
	clients := supervisortest.Load{KeepAlive: 4, Think: 5 * time.Millisecond, NewConn: 4, Every: 20 * time.Millisecond}
	quiet := s.load(clients, func() { t.pause(time.Second) })
	s.behave("guard=20ms", "init=2s")
	begun := time.Now()
	var took time.Duration
	busy := s.load(clients, func() { s.replace(); took = time.Since(begun) })
	if took < 2*time.Second {
		t.failf("the upgrade took %v, less than the start", took)
	}
	p99 := func(r *supervisortest.Report) time.Duration {
		return r.ByKind[supervisortest.KeepAlive].Latency.P99.Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("0 of %d requests failed; p99 %v, before %v", busy.Requests, p99(busy), p99(quiet))
}
