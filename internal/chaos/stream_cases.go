//go:build linux

package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Connections that last longer than an upgrade.
func streamFaults() []fault {
	return []fault{
		{number: 10, name: "WebSockets",
			inject: "200 WebSockets echo; the process is upgraded, with Spread 400 ms",
			pass:   "each gets close frame 1012 and then an end without reset; the closes are spread over 400 ms ±20 %", run: webSockets},
		{number: 11, name: "server-sent events",
			inject: "50 streams; the process is upgraded",
			pass:   "each ends in order, and its client is served by the new process within 1 s", run: eventStreams},
		{number: 12, name: "transfers shorter and longer than the drain",
			inject: "uploads and downloads of 1 MB over 0.8 and over 6 s, DrainTimeout 2 s, then an upgrade",
			pass:   "the short ones are complete with the right SHA-256; the long ones are cut at the deadline and counted", run: transfers},
		{number: 54, name: "upgrades back to back with a pinned WebSocket each", alone: true,
			inject: "30 upgrades (the reference: 100), at each a WebSocket that ignores the drain; DrainTimeout 150 ms",
			pass:   "at most 2 generations, each WebSocket is cut at the deadline, nothing piles up", run: pinnedWebSockets},
	}
}

// webSocket opens one that echoes.
func (s *service) webSocket(query string) *wire {
	w := s.wire()
	w.send("GET /websocket" + query + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	resp, err := http.ReadResponse(w.br, nil)
	s.t.must(err, "open a WebSocket")
	if resp.StatusCode != http.StatusSwitchingProtocols {
		s.t.failf("open a WebSocket: %s", resp.Status)
	}
	return w
}

func (w *wire) echo(line string) {
	w.send(line)
	if got, err := w.br.ReadString('\n'); err != nil || got != line {
		w.t.failf("echo of %q: %q, %v", line, got, err)
	}
}

func webSockets(t *trial) string {
	const n, spread = 200, 400 * time.Millisecond
	s := t.start("guard=20ms", "spread="+spread.String())
	wires := make([]*wire, n)
	for i := range wires {
		wires[i] = s.webSocket("")
		defer wires[i].close()
		wires[i].echo("before\n")
	}
	old := s.answers()
	ends := make([]time.Time, n)
	wait := t.spawn(func() {
		t.together(n, func(i int) {
			w := wires[i]
			frame := make([]byte, len(restart))
			if _, err := io.ReadFull(w.br, frame); err != nil || string(frame) != restart {
				t.failf("instead of close frame 1012: %q, %v", frame, err)
			}
			ends[i] = time.Now()
			w.send(restart)
			w.ends()
		})
	})
	s.upgrade()
	wait()
	if ends[0].IsZero() {
		return "" // one has failed
	}
	s.gone(old, patience)
	over := slices.MaxFunc(ends, time.Time.Compare).Sub(slices.MinFunc(ends, time.Time.Compare))
	if over < spread*8/10 {
		t.failf("the closes were spread over %v only", over)
	}
	t.within(spread*12/10, over, "the last of them closed")
	return fmt.Sprintf("%d of %d got 1012 and ended without reset, over %v", n, n, over.Round(time.Millisecond))
}

func eventStreams(t *trial) string {
	s := t.start("guard=20ms")
	const n = 50
	var worst atomic.Int64
	streams := make([]*http.Response, n)
	open := func() *http.Response {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get("http://" + s.addr + "/events")
		t.must(err, "open a stream")
		return resp
	}
	for i := range streams {
		streams[i] = open()
	}
	s.upgrade()
	t.together(n, func(i int) {
		text, err := io.ReadAll(streams[i].Body)
		streams[i].Body.Close()
		if err != nil || string(text) != "data: generation 1\n\n" {
			t.failf("the stream said %q, %v", text, err)
		}
		ended := time.Now()
		resp := open()
		defer resp.Body.Close()
		first := make([]byte, len("data: generation 2\n\n"))
		if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "data: generation 2\n\n" {
			t.failf("the next stream said %q, %v", first, err)
		}
		worst.Store(max(worst.Load(), int64(time.Since(ended))))
	})
	t.within(time.Second, time.Duration(worst.Load()), "the new process streamed")
	return fmt.Sprintf("%d of %d ended in order and came back, the slowest after %v", n, n, time.Duration(worst.Load()).Round(time.Millisecond))
}

const transferSize = 1 << 20

// download reads what is there and reports how the transfer ended.
func (s *service) download(over time.Duration) (n int64, err error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(fmt.Sprintf("http://%s/download?bytes=%d&ms=%d", s.addr, transferSize, over.Milliseconds()))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	h := sha256.New()
	n, err = io.Copy(h, resp.Body)
	if want := sha256.Sum256([]byte(strings.Repeat("x", transferSize))); err == nil && string(h.Sum(nil)) != string(want[:]) {
		err = fmt.Errorf("wrong SHA-256 of %d bytes", n)
	}
	return n, err
}

// upload sends at the pace of a slow line.
func (s *service) upload(over time.Duration) error {
	w := s.wire()
	defer w.close()
	w.send(fmt.Sprintf("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", transferSize))
	body := strings.Repeat("x", transferSize)
	if err := caught(func() { w.slowly(body, 20, over) }); err != nil {
		return err
	}
	got, _, err := w.read()
	if want := fmt.Sprintf("%d %x", transferSize, sha256.Sum256([]byte(body))); err == nil && got != want {
		err = fmt.Errorf("answered %q", got)
	}
	return err
}

func transfers(t *trial) string {
	s := t.start("guard=20ms", "drain=2s")
	const short, long = 800 * time.Millisecond, 6 * time.Second
	waits := []func(){
		t.spawn(func() { _, err := s.download(short); t.must(err, "short download") }),
		t.spawn(func() { t.must(s.upload(short), "short upload") }),
	}
	var cut [2]error
	longs := []func(){
		t.spawn(func() { _, cut[0] = s.download(long) }),
		t.spawn(func() { cut[1] = s.upload(long) }),
	}
	for range 4 {
		s.expect("(down|up)load began")
	}
	s.upgrade()
	for _, wait := range waits {
		wait()
	}
	took, err := time.ParseDuration(s.expect(`kind="cut" .* took=(\S+)`)[1])
	if err != nil || took < 2*time.Second {
		t.failf("cut after %v, before the deadline; %v", took, err)
	}
	s.expect(`ended: supervisor: drain deadline: closed 2 connections`)
	for i, wait := range longs {
		wait()
		if cut[i] == nil {
			t.failf("a long transfer is complete")
		}
	}
	return fmt.Sprintf("short ones complete; 2 long ones cut and counted after %v (deadline 2 s)", took.Round(10*time.Millisecond))
}

func pinnedWebSockets(t *trial) string {
	s := t.start("guard=10ms", "drain=150ms")
	const upgrades = 30
	var before stats
	wires := make([]*wire, 0, upgrades)
	for i := range upgrades {
		if i == 3 {
			before = s.stats()
		}
		wires = append(wires, s.webSocket("?deaf=1"))
		wires[i].echo("before\n")
		s.upgrade()
	}
	cut := 0
	for _, w := range wires {
		if _, err := w.br.ReadByte(); err != nil {
			cut++
		}
		w.close()
	}
	if cut != upgrades {
		t.failf("%d of %d WebSockets were cut", cut, upgrades)
	}
	after := s.flat(before)
	return fmt.Sprintf("%d upgrades, %d cut at the deadline; generation 4: %v, generation %d: %v", upgrades, cut, before, upgrades+1, after)
}
