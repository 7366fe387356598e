//go:build linux

package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

// Clients that send their next request as soon as they have the answer, so that
// both fall into one tick of the kernel's clock.
func TestRequestsThatFollowAnAnswerAtOnceAreFinished(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"begun", "G", "ET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"under way", "GET /slow?ms=4000 HTTP/1.1\r\nHost: x\r\n\r\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := example(t, "gin")
			g := start(t, dir)
			g.awaitKind(event.Reloaded)
			clients := make([]*bufio.ReadWriter, 20)
			for i := range clients {
				conn, err := net.Dial("tcp", "127.0.0.1:"+g.port)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				clients[i] = bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn))
				say(t, clients[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				hear(t, clients[i])
				say(t, clients[i], c.before)
			}
			edit(t, filepath.Join(dir, "main.go"), "version 1", "version 2")
			if e := g.awaitKind(event.Reloaded, event.ReloadFailed); e.Handoff != "kept" {
				t.Skipf("%s: %s", e.Handoff, e.Message)
			}
			if _, err := g.get("/slow?ms=300"); err != nil { // the old version is being looked at by now
				t.Error(err)
			}
			for _, client := range clients {
				say(t, client, c.after)
			}
			for _, client := range clients {
				hear(t, client)
			}
		})
	}
}

func say(t *testing.T, to *bufio.ReadWriter, text string) {
	t.Helper()
	if _, err := to.WriteString(text); err != nil {
		t.Error(err)
	}
	if err := to.Flush(); err != nil {
		t.Error(err)
	}
}

func hear(t *testing.T, from *bufio.ReadWriter) {
	t.Helper()
	res, err := http.ReadResponse(from.Reader, nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s, %v", res.Status, err)
	}
}
