//go:build unix

package supervisor_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// wire is a client that decides itself which bytes go out when.
type wire struct {
	t  *testing.T
	nc net.Conn
	br *bufio.Reader
}

func (r *running) wire() *wire { return dial(r.t, "tcp", r.host()) }

func dial(t *testing.T, network, addr string) *wire {
	t.Helper()
	nc, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	return newWire(t, nc)
}

func newWire(t *testing.T, nc net.Conn) *wire {
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return &wire{t, nc, bufio.NewReader(nc)}
}

func (w *wire) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.nc, text); err != nil {
		w.t.Fatal(err)
	}
}

// answer reads a response that must be good, and returns its body.
func (w *wire) answer() (body string, closing bool) {
	w.t.Helper()
	resp, err := http.ReadResponse(w.br, nil)
	if err != nil {
		w.t.Fatalf("read response: %v", err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatalf("read body: %v", err)
	}
	if resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s", resp.Status, text)
	}
	return strings.TrimSpace(string(text)), resp.Close
}

const plainRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// reach asks until this answer comes, on the one connection.
func (w *wire) reach(want string) {
	w.t.Helper()
	for {
		w.send(plainRequest)
		got, closing := w.answer()
		if closing {
			w.t.Fatalf("got %q and was told to close before %q", got, want)
		}
		if got == want {
			return
		}
	}
}

// expect asks, and wants this answer on a connection that stays.
func (w *wire) expect(want string) {
	w.t.Helper()
	w.send(plainRequest)
	if got, closing := w.answer(); got != want || closing {
		w.t.Fatalf("got %q (close: %t), want %q on a connection that stays", got, closing, want)
	}
}
