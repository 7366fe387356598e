//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"

	"github.com/ginreload/ginreload/internal/outage"
)

// A program that blocks in accept shares its socket with the server of an
// outage, which waits for clients in another way. It must not notice.
func TestBlockingAcceptAfterOutage(t *testing.T) {
	k, err := Open(Options{Outage: func() outage.Page { return outage.Page{} }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	addr := freePort(t)
	s := runSpecial(t, k, "blocking", "tcp", addr)
	replace(t, k, nil, s)
	for range 5 {
		s.cmd.Process.Signal(syscall.SIGTERM)
		s.cmd.Wait()
		k.Gone(s.Generation)
		k.Down()
		res, err := client().Get("http://" + addr)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable {
			t.Fatal(res.Status)
		}
		// Keeps the outage from ending for a second.
		slow, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer slow.Close()
		fmt.Fprint(slow, "GET / HTTP/1.1\r\n")
		s = runSpecial(t, k, "blocking", "tcp", addr)
		replace(t, k, nil, s)
		if got := get(t, client(), "http://"+addr); got != s.pid() {
			t.Fatalf("%s has answered, not %s", got, s.pid())
		}
	}
}
