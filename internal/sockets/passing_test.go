//go:build linux && (amd64 || arm64)

package sockets

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/relay"
)

// A relay may say late that a connection is one of its own. If that one was
// parked by then, the program gets it back: its requests are for that program.
func TestParkedConnectionOfARelay(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	g, _ := run(t, k, "one", "tcp", addr)
	await(t, k, Listening, g)
	k.Serve(g)
	upstream := newAsker(t, "tcp", addr)
	upstream.askUntil(t, "one")
	k.Drain(g, time.Hour, time.Hour)
	until(t, k, func(*state) bool {
		for _, c := range g.connections {
			return c.parked
		}
		return false
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client := newAsker(t, "tcp", ln.Addr().String())
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	k.tell(func(s *state) {
		s.kept[0].relay = relay.New(func(context.Context) (net.Conn, error) { return upstream.Conn, nil })
		s.kept[0].relay.Take(accepted)
	})
	if got, err := client.ask(); got != "one" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
