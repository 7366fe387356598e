//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// wire is a client that decides itself which bytes go out when, and never
// asks twice.
type wire struct {
	t  *trial
	nc net.Conn
	br *bufio.Reader
}

const plainRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func (s *service) wire() *wire { return s.t.dial("tcp", s.addr) }

func (t *trial) dial(network, addr string) *wire {
	nc, err := net.DialTimeout(network, addr, patience)
	t.must(err, "connect")
	return t.newWire(nc)
}

func (t *trial) newWire(nc net.Conn) *wire {
	nc.SetDeadline(time.Now().Add(2 * patience))
	return &wire{t, nc, bufio.NewReader(nc)}
}

func (w *wire) close() { w.nc.Close() }

func (w *wire) send(text string) {
	_, err := io.WriteString(w.nc, text)
	w.t.must(err, "send a request")
}

// read reads a response.
func (w *wire) read() (body string, closing bool, err error) {
	resp, err := http.ReadResponse(w.br, nil)
	if err != nil {
		return "", false, err
	}
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return strings.TrimSpace(string(text)), resp.Close, err
}

// answer reads a response that must be good.
func (w *wire) answer() (body string, closing bool) {
	body, closing, err := w.read()
	w.t.must(err, "read a response")
	return body, closing
}

// says asks and wants this answer, on a connection that stays.
func (w *wire) says(want string) {
	w.send(plainRequest)
	if got, closing := w.answer(); got != want || closing {
		w.t.failf("got %q (close: %t), want %q on a connection that stays", got, closing, want)
	}
}

// ends wants the connection to be closed in order, and not reset.
func (w *wire) ends() {
	if n, err := io.Copy(io.Discard, w.br); err != nil || n > 0 {
		w.t.failf("at the end of the connection: %d bytes, %v", n, err)
	}
}

// slowly sends text in so many pieces over d.
func (w *wire) slowly(text string, pieces int, d time.Duration) {
	for i := range pieces {
		w.send(text[len(text)*i/pieces : len(text)*(i+1)/pieces])
		w.t.pause(d / time.Duration(pieces))
	}
}
