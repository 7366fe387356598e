package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// client asks on a new connection each time, every 5 ms, or at once if the answer
// took longer.
type client struct {
	addr, awaited    string
	requests, failed int            // belong to run
	answered         chan time.Time // when the awaited text came first
	seen             func()         // called then
}

func newClient(addr, awaited string) *client {
	return &client{addr: addr, awaited: awaited, answered: make(chan time.Time, 1), seen: func() {}}
}

// run asks until ctx is done. A request that is in flight then is not counted.
func (c *client) run(ctx context.Context) {
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for awaits := true; ctx.Err() == nil; {
		answer, err := ask(ctx, c.addr)
		if ctx.Err() == nil {
			c.requests++
			if err != nil {
				c.failed++
			}
		}
		if awaits && err == nil && answer == c.awaited {
			awaits = false
			c.answered <- time.Now()
			c.seen()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}

func ask(ctx context.Context, addr string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", addr); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", resp.Status)
	}
	return strings.TrimSpace(string(body)), err
}
