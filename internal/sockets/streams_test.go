//go:build linux && (amd64 || arm64)

package sockets

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// drained starts a program, has connect make a connection to it, drains the
// program beside a second one, and has use go on with the connection.
func drained[T any](t *testing.T, kind string, connect func(addr string) T, use func(connection T, pid string)) {
	t.Helper()
	k := keeper(t)
	addr := freePort(t)
	first := runSpecial(t, k, kind, "tcp", addr)
	replace(t, k, nil, first)
	c := connect(addr)
	second := runSpecial(t, k, kind, "tcp", addr)
	await(t, k, Listening, second.Generation)
	k.Hold(first.Generation)
	k.Serve(second.Generation)
	k.Drain(first.Generation, time.Hour, time.Hour)
	use(c, first.pid())
	k.Hurry(first.Generation)
	await(t, k, Drained, first.Generation)
}

func TestTLSWhileDrained(t *testing.T) {
	for proto, two := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(proto[:6], func(t *testing.T) {
			ask := func(c *http.Client, url string) string {
				res, err := c.Get(url)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				text, err := io.ReadAll(res.Body)
				if err != nil || res.Proto != proto {
					t.Errorf("%s: %v", res.Proto, err)
				}
				return string(text)
			}
			url := ""
			drained(t, "encrypted", func(addr string) *http.Client {
				url = "https://" + addr
				transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: two}
				t.Cleanup(transport.CloseIdleConnections)
				c := &http.Client{Transport: transport, Timeout: 20 * time.Second}
				ask(c, url)
				return c
			}, func(c *http.Client, pid string) {
				for range 50 {
					if got := ask(c, url); got != pid {
						t.Fatalf("%s has answered, not %s", got, pid)
					}
				}
			})
		})
	}
}

func TestEventsWhileDrained(t *testing.T) {
	drained(t, "streams", func(addr string) *bufio.Reader {
		a := newAsker(t, "tcp", addr)
		fmt.Fprint(a, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
		res, err := http.ReadResponse(a.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(res.Body)
	}, func(r *bufio.Reader, _ string) {
		for i := 0; i < 60; {
			line, err := r.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if text, ok := strings.CutPrefix(line, "data: "); ok {
				if text != fmt.Sprintln(i) {
					t.Fatalf("%q after %d", line, i)
				}
				i++
			}
		}
	})
}

func TestWebSocketWhileDrained(t *testing.T) {
	drained(t, "streams", func(addr string) *asker {
		a := newAsker(t, "tcp", addr)
		fmt.Fprint(a, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		if res, err := http.ReadResponse(a.r, nil); err != nil || res.StatusCode != http.StatusSwitchingProtocols {
			t.Fatal(res, err)
		}
		return a
	}, func(a *asker, _ string) {
		// The text would be a request if it stood at the beginning.
		frame := []byte("\x81\x93\x00\x00\x00\x00GET / HTTP/1.1\r\n\r\n")
		for i := range 60 {
			if _, err := a.Write(frame); err != nil {
				t.Fatal(err)
			}
			back := make([]byte, len(frame))
			if _, err := io.ReadFull(a.r, back); err != nil || !bytes.Equal(back, frame) {
				t.Fatalf("frame %d: %q, %v", i, back, err)
			}
		}
	})
}

// The body of a request goes to the generation that has read its head,
// however slowly it comes and whatever it says.
func TestUploadWhileDrained(t *testing.T) {
	part := "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	const parts = 100
	drained(t, "streams", func(addr string) net.Conn {
		a := newAsker(t, "tcp", addr)
		fmt.Fprintf(a, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", parts*len(part))
		return a
	}, func(c net.Conn, _ string) {
		tick := time.NewTicker(7 * time.Millisecond)
		defer tick.Stop()
		for range parts {
			<-tick.C
			if _, err := io.WriteString(c, part); err != nil {
				t.Fatal(err)
			}
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		if want := fmt.Sprint(parts*len(part), nil); string(text) != want {
			t.Errorf("got %q, not %q", text, want)
		}
	})
}
