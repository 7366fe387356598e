//go:build linux

package main

import (
	"io"
	"net"
	"testing"
)

// A request that takes longer than several reloads is answered by the version
// that has begun with it.
func TestLongRequestOutlivesReloads(t *testing.T) {
	s := perform(t, actor(t), ordinary(1))
	nc, err := net.Dial("tcp", "127.0.0.1:"+s.port)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := io.WriteString(nc, "GET /slow?ms=5000 HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	s.expect("hello, version 1") // accepted after it
	for version := 2; version <= 5; version++ {
		s.play(ordinary(version))
		s.expect(ordinary(version).Text)
		if version > 2 {
			s.awaitGeneration(version - 1) // which takes a second each
		}
	}
	if got := answerOn(nc); got.err != nil || got.body != "hello, version 1" {
		t.Errorf("answered %d %q, %v", got.status, got.body, got.err)
	}
	s.awaitGone()
}
