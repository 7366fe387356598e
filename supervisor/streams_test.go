//go:build unix

package supervisor_test

import (
	"encoding/binary"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// echoing opens a connection that the program takes out of the server's hands.
func (r *running) echoing() *wire {
	r.t.Helper()
	w := r.switched("/echo")
	w.echo("before\n")
	return w
}

func (r *running) switched(path string) *wire {
	r.t.Helper()
	w := r.wire()
	w.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")
	resp, err := http.ReadResponse(w.br, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		r.t.Fatal(resp, err)
	}
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
	r.expect(`generation 1 ended: supervisor: drain deadline: closed 3 connections that were still in use: 2 × GET /deaf .*1 × GET /echo \(hijacked\)`)
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

// Each gets its close frame, and then the end of file: a reset could overtake
// the frame on the way.
func TestHijackedConnectionsAreToldToGo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		begin  func(*running)
		status uint16
	}{
		{"upgrade", (*running).upgrade, 1012},
		{"stop", func(r *running) { r.signal(syscall.SIGTERM) }, 1001},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, "drain=20s")
			sockets := make([]*wire, 200)
			for i := range sockets {
				sockets[i] = r.switched("/socket")
			}
			c.begin(r)
			frame := make([]byte, 4)
			for _, w := range sockets {
				if _, err := io.ReadFull(w.br, frame); err != nil || binary.BigEndian.Uint16(frame[2:]) != c.status {
					t.Fatalf("%x, %v", frame, err)
				}
				w.send("\x88\x82\x00\x00\x00\x00" + string(frame[2:]))
				if n, err := w.br.ReadByte(); err != io.EOF {
					t.Fatalf("%x, %v", n, err)
				}
			}
			r.expect(`report 1 ` + c.name + `: .*finished .*200 × GET /socket \(hijacked\)`)
			r.expect(`generation 1 ended: <nil>`)
		})
	}
}

func TestStreamLearnsWhyItEnds(t *testing.T) {
	t.Parallel()
	r := start(t, "drain=1m")
	said := r.stream("/cause")
	r.upgrade()
	if got := <-said; got != "open\nsupervisor: a newer process has taken over\n" {
		t.Error(got)
	}
	r.expect(`request: <nil>`)
}

func TestReportOfADrain(t *testing.T) {
	t.Parallel()
	r := start(t, "drain=400ms")
	idle, deaf, user := r.wire(), r.stream("/deaf"), r.wire()
	idle.expect("generation 1")
	user.send("GET /users/7?x=y HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect(`user began`)
	r.upgrade()
	r.expect(`report 1 upgrade: moved [1-9]\d*, released 0, finished .*1 × GET /users/{id} up to .*, cut 1 × GET /deaf up to .* old`)
	r.expect(`still in use: 1 × GET /deaf`)
	<-deaf
}
