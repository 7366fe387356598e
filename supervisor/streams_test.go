//go:build unix

package supervisor_test

import (
	"net/http"
	"strings"
	"testing"
)

// echoing opens a connection that the program takes out of the server's hands.
func (r *running) echoing() *wire {
	r.t.Helper()
	w := r.wire()
	w.send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	resp, err := http.ReadResponse(w.br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		r.t.Fatal(resp, err)
	}
	w.echo("before\n")
	return w
}

func (w *wire) echo(line string) {
	w.t.Helper()
	w.send(line)
	if got, err := w.br.ReadString('\n'); err != nil || got != line {
		w.t.Fatalf("echo of %q: %q, %v", line, got, err)
	}
}

func TestHijackedConnectionIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := start(t, "guard=10ms", "drain=20s")
	w := r.echoing()
	r.upgrade()
	w.echo("after\n")
	if strings.Contains(r.out.String(), "ended") {
		t.Error("the old process has gone")
	}
	w.nc.Close()
	r.expect(`generation 1 ended: <nil>`)
}

func TestStreamThatHeedsTheDrainEndsIt(t *testing.T) {
	t.Parallel()
	r := start(t, "drain=1m")
	said := r.stream("/stream")
	r.upgrade()
	if got := <-said; got != "open\ndraining\n" {
		t.Errorf("the stream said %q", got)
	}
	r.expect(`generation 1 ended: <nil>`)
}

func TestWhatIgnoresTheDrainIsCutAndCounted(t *testing.T) {
	t.Parallel()
	r := start(t, "drain=600ms")
	streams := []<-chan string{r.stream("/deaf"), r.stream("/deaf")}
	w := r.echoing()
	idle := r.wire()
	idle.expect("generation 1")
	r.upgrade()
	r.expect(`generation 1 ended: supervisor: drain deadline: closed 3 connections that were still in use;`)
	for _, said := range streams {
		if got := <-said; !strings.Contains(got, "unexpected EOF") {
			t.Errorf("the stream said %q", got)
		}
	}
	if _, err := w.br.ReadByte(); err == nil {
		t.Error("the hijacked connection is still there")
	}
	idle.expect("generation 2") // it has moved
}
