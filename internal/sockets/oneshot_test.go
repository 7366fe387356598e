//go:build linux && (amd64 || arm64)

package sockets

import (
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A program may change its epoll set while a connection is parked. What it asks
// for then is what it gets when it takes up again, and the connection is parked
// all the same.
func TestSetThatTheProgramChanges(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	first := runSpecial(t, k, "oneshot", "tcp", addr)
	replace(t, k, nil, first)
	client := newAsker(t, "tcp", addr)
	client.askUntil(t, first.pid())
	slow := func() {
		t.Helper()
		sent := make(chan error, 1)
		if _, err := client.Write([]byte("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		until(t, k, func(*state) bool { return first.waitsFor() == 0 })
		k.Drain(first.Generation, time.Hour, time.Hour)
		go func() {
			res, err := http.ReadResponse(client.r, nil)
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
			}
			sent <- err
		}()
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		slow()
		k.Resume(first.Generation)
		client.askUntil(t, first.pid())
	}
	second := runSpecial(t, k, "oneshot", "tcp", addr)
	await(t, k, Listening, second.Generation)
	k.Serve(second.Generation)
	slow()
	until(t, k, func(*state) bool { return first.waitsFor() == 0 })
	client.askUntil(t, second.pid())
}

// waitsFor counts the connections from which g asks to be told of data.
func (g *Generation) waitsFor() (n int) {
	all, _ := descriptors(g.pid)
	for _, i := range waitedFor(all, g.pid) {
		if i.events&unix.EPOLLONESHOT != 0 && i.events&unix.EPOLLIN != 0 {
			n++
		}
	}
	return n
}
