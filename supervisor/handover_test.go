//go:build unix

package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// A connection between two requests goes to the new process without its
// client noticing, so it is answered by new code and never closed.
func TestIdleConnectionMovesToTheNewProcess(t *testing.T) {
	t.Parallel()
	for _, behaviour := range []string{"", "h2c", "hooks", "impatient"} {
		t.Run("behaviour "+behaviour, func(t *testing.T) {
			t.Parallel()
			r := start(t, behaviour)
			idle, fresh := r.wire(), r.wire()
			idle.expect("generation 1")
			for i := 2; i < 6; i++ {
				r.replace()
				idle.expect(fmt.Sprint("generation ", i))
			}
			fresh.expect("generation 5")
		})
	}
}

// net/http reads a byte ahead while a handler runs. A client that asks again at
// once, or before it has its answer, must not be held by that in the old
// process: a drain would last as long as such clients go on.
func TestConnectionMovesWithTheByteThatWasReadAhead(t *testing.T) {
	t.Parallel()
	r := start(t)
	for generation := 2; generation < 5; generation++ {
		w := r.wire()
		w.send("GET /slow?ms=1500 HTTP/1.1\r\nHost: x\r\n\r\n")
		r.expect(`slow began`)
		w.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
		r.upgrade()
		for _, want := range []int{generation - 1, generation} {
			if got, closing := w.answer(); got != fmt.Sprint("generation ", want) || closing {
				t.Errorf("got %q (close: %t), want generation %d", got, closing, want)
			}
		}
	}
}

// What stands in the server's buffer when its process is replaced cannot move,
// so that connection must stay until the request is answered.
func TestConnectionWithPartOfARequestStays(t *testing.T) {
	t.Parallel()
	request := "GET /pid HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"
	post := "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
	type part struct{ name, first, begun, rest string }
	var parts []part
	for cut := 1; cut < len(request); cut++ {
		parts = append(parts, part{fmt.Sprint("GET, ", cut, " bytes"), request, request[:cut], request[cut:]})
	}
	// Some old clients end a POST with a line break of their own.
	for _, begun := range []string{"\r", "\r\n", "\r\n\r\n", "\r\nGET /pid HTTP/1.1\r\n"} {
		rest := strings.TrimPrefix(request, strings.TrimLeft(begun, "\r\n"))
		if begun == "\r" {
			rest = "\n" + rest
		}
		parts = append(parts, part{fmt.Sprintf("POST, %q", begun), post, begun, rest})
	}
	// The server reads 4096 bytes at a time.
	for _, size := range []int{4094, 4095, 4096, 4097, 8192} {
		long := "GET /pid HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 9000) + "\r\n\r\n"
		begun := long[:size-len(request)]
		parts = append(parts, part{fmt.Sprint("buffer, ", size), request, begun, long[len(begun):]})
		padded := "GET /pid HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", size-len(request)-len("GET /pid HTTP/1.1\r\nHost: x\r\nX: \r\n")) + "\r\n"
		parts = append(parts, part{fmt.Sprint("buffer to the end of a line, ", size), request, padded, "\r\n"})
	}
	r := start(t)
	var wires []*wire
	for _, p := range parts {
		w := r.wire()
		wires = append(wires, w)
		w.send(p.first + p.begun)
		w.answer()
	}
	r.upgrade()
	for i, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			w := wires[i]
			w.t = t
			w.send(p.rest)
			if _, closing := w.answer(); !closing {
				w.reach("generation 2")
			}
		})
	}
}

func TestPipelinedRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	r := start(t)
	slow := "GET /slow?ms=300 HTTP/1.1\r\nHost: x\r\n\r\n"
	whole, half := r.wire(), r.wire()
	whole.send(slow + plainRequest + plainRequest)
	half.send(slow + plainRequest[:16])
	r.expect("slow began\nslow began\n")
	r.upgrade()
	half.send(plainRequest[16:])
	for range 3 {
		whole.answer()
	}
	for range 2 {
		half.answer()
	}
	whole.reach("generation 2")
	half.reach("generation 2")
}

func TestRequestThatWaitsFor100Continue(t *testing.T) {
	t.Parallel()
	r := start(t)
	w := r.wire()
	w.send("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	if line, err := w.br.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err)
	}
	w.br.ReadString('\n')
	r.upgrade()
	w.send("hi")
	if got, _ := w.answer(); !strings.HasPrefix(got, "2 ") {
		t.Error(got)
	}
	w.reach("generation 2")
}

// The new process must not take a connection that has long been in use for
// one whose first request is late.
func TestMovedConnectionKeepsItsIdleTimeout(t *testing.T) {
	t.Parallel()
	r := start(t, "impatient") // ReadHeaderTimeout 2 s, IdleTimeout 1 min
	w := r.wire()
	w.expect("generation 1")
	r.replace()
	w.nc.SetReadDeadline(time.Now().Add(3 * time.Second))
	if _, err := w.br.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the idle connection ended: %v", err)
	}
	w.nc.SetReadDeadline(time.Now().Add(patience))
	w.expect("generation 2")
	// Once it has begun a request, the timeout for that is in force.
	r.replace()
	w.send(plainRequest[:10])
	w.br.ReadByte()
	w.nc.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := w.br.ReadByte(); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("half a request was waited for")
	}
}

// Connections of a listener that the new version has no server for stay, and
// have to be told to go.
func TestConnectionOfAListenerThatIsGone(t *testing.T) {
	t.Parallel()
	r := start(t, "also=old,tcp,127.0.0.1:0")
	w := dial(t, "tcp", r.get("/addr?name=old"))
	w.expect("generation 1")
	r.behave()
	r.upgrade()
	r.expect("draining")
	w.send(plainRequest)
	if got, closing := w.answer(); got != "generation 1" || !closing {
		t.Errorf("got %q (close: %t), want it to be told to close", got, closing)
	}
}

// A client that writes exactly while the process is replaced.
func TestKeepAliveClientsNeverSeeTheCommit(t *testing.T) {
	t.Parallel()
	upgrades := 50
	if testing.Short() {
		upgrades = 15
	}
	r := start(t, "guard=10ms")
	ctx, cancel := context.WithCancel(t.Context())
	reports := make(chan *supervisortest.Report, 2)
	for _, think := range []time.Duration{0, 2 * time.Millisecond} {
		load := supervisortest.Load{URL: r.url, KeepAlive: 16, Think: think}
		go func() { reports <- load.Run(ctx) }()
	}
	for range upgrades {
		r.upgrade()
	}
	cancel()
	for range 2 {
		report := <-reports
		t.Log(report)
		if report.Failed != 0 {
			t.Errorf("%d of %d requests failed", report.Failed, report.Requests)
		}
	}
}

// Half a request that stays half is given up when its grace is over, and told.
func TestRequestThatNeverArrivesIsGivenUp(t *testing.T) {
	t.Parallel()
	r := start(t, "arrive=300ms")
	first, second := r.wire(), r.wire()
	second.expect("generation 1")
	first.send(plainRequest[:20])
	second.send(plainRequest[:20])
	r.upgrade()
	r.expect(`requests that did not arrive in time were given up`)
	r.expect(`cut 2 × listener http, request not complete`)
	r.expect(`generation 1 ended: <nil>`)
	for _, w := range []*wire{first, second} {
		if _, err := w.br.ReadByte(); err == nil {
			t.Error("the connection lives on")
		}
	}
}
