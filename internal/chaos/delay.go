//go:build linux

package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// delay starts a proxy that passes everything on so much later, in each
// direction, as a long line would: ends of the connection included.
func (t *trial) delay(target string, by time.Duration) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	t.must(err, "listen for the proxy")
	var mu sync.Mutex
	open := []io.Closer{ln}
	t.atEnd(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range open {
			c.Close()
		}
	})
	t.spawn(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				near.Close()
				continue
			}
			mu.Lock()
			open = append(open, near, far)
			mu.Unlock()
			t.spawn(func() { t.later(far, near, by) })
			t.spawn(func() { t.later(near, far, by) })
		}
	})
	return ln.Addr().String()
}

// parcel is what was read at a time; end of file if it is empty.
type parcel struct {
	due  time.Time
	text []byte
}

// later copies from one connection to the other. Reading goes on while earlier
// bytes are on their way, so the delay does not limit the throughput.
func (t *trial) later(to, from net.Conn, by time.Duration) {
	parcels := make(chan parcel, 1000)
	t.spawn(func() {
		defer close(parcels)
		for {
			text := make([]byte, 16<<10)
			n, err := from.Read(text)
			if n > 0 {
				parcels <- parcel{time.Now().Add(by), text[:n]}
			}
			if err != nil {
				return
			}
		}
	})
	for p := range parcels {
		t.pause(time.Until(p.due))
		to.Write(p.text)
	}
	if c, ok := to.(*net.TCPConn); ok {
		c.CloseWrite()
	}
}
