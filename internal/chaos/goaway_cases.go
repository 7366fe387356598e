//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// HTTP/2, whose connections cannot move: they are told to go.
func goawayFaults() []fault {
	return []fault{
		{number: 7, name: "HTTP/2 streams in flight across GOAWAY",
			inject: "4 connections × 50 streams whose handlers take 700 ms; the process is upgraded among them",
			pass:   "no stream fails; the next request of each connection is answered by the new process", run: func(t *trial) string { return streamsInFlight(t, true) }},
		{number: 8, name: "HTTP/2 connection whose handshake ends within the drain (golang/go#81153)",
			inject: "GetCertificate takes 500 ms; 20 connections in handshake when the process is upgraded",
			pass:   "their requests are answered, and the old process leaves within NewConnGrace (1 s) + 2 s", run: lateHandshakes},
		{number: 9, name: "HTTP/2 in the clear",
			inject: "as 7, on h2c",
			pass:   "as 7", run: func(t *trial) string { return streamsInFlight(t, false) }},
	}
}

func streamsInFlight(t *trial, secure bool) string {
	const conns, streams = 4, 50
	var s *service
	var url string
	var config *tls.Config
	if secure {
		var addr string
		s, addr, config = t.startTLS()
		url = "https://" + addr
	} else {
		s = t.start("h2c")
		url = "http://" + s.addr
	}
	clients := make([]*http.Client, conns)
	for i := range clients {
		transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: config}
		transport.Protocols.SetHTTP2(secure)
		transport.Protocols.SetUnencryptedHTTP2(!secure)
		t.atEnd(transport.CloseIdleConnections)
		clients[i] = &http.Client{Transport: transport, Timeout: patience}
		t.http2Get(clients[i], url+"/") // the connection stands
	}
	wait := t.spawn(func() {
		t.together(conns*streams, func(i int) {
			if got := t.http2Get(clients[i%conns], url+"/slow?ms=700"); got != "generation 1" {
				t.failf("a request in flight was answered by %q", got)
			}
		})
	})
	for range conns * streams {
		s.expect("slow began")
	}
	old := s.answers()
	s.upgrade()
	wait()
	by := make(map[string]int)
	for i := range conns * streams {
		by[t.http2Get(clients[i%conns], url+"/")]++
	}
	gone := s.gone(old, patience)
	return fmt.Sprintf("0 of %d streams failed; the requests after them were answered by %v; old process gone %v later",
		conns*streams, by, gone.Round(10*time.Millisecond))
}

// http2Get asks over HTTP/2, and wants an answer.
func (t *trial) http2Get(client *http.Client, url string) string {
	resp, err := client.Get(url)
	t.must(err, "ask over HTTP/2")
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	t.must(err, "read over HTTP/2")
	if resp.ProtoMajor != 2 || resp.StatusCode != http.StatusOK {
		t.failf("%s %s: %.80q", resp.Proto, resp.Status, text)
	}
	return strings.TrimSpace(string(text))
}

func lateHandshakes(t *trial) string {
	s, addr, config := t.startTLS("slowcert", "fresh=1s", "drain=8s")
	const conns = 20
	wait := t.spawn(func() {
		t.together(conns, func(int) {
			transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: config}
			transport.Protocols.SetHTTP2(true)
			defer transport.CloseIdleConnections()
			nc, err := net.Dial("tcp", addr)
			t.must(err, "connect")
			transport.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
				c := tls.Client(nc, &tls.Config{RootCAs: config.RootCAs, ServerName: config.ServerName, NextProtos: []string{"h2"}})
				return c, c.HandshakeContext(ctx)
			}
			t.http2Get(&http.Client{Transport: transport, Timeout: patience}, "https://"+addr+"/")
		})
	})
	for range conns {
		s.expect("handshake begun")
	}
	old := s.answers()
	s.upgrade()
	gone := s.gone(old, patience)
	t.within(3*time.Second, gone, "the old process was gone")
	wait()
	return fmt.Sprintf("0 of %d lost, old process gone %v after the upgrade", conns, gone.Round(10*time.Millisecond))
}
