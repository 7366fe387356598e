//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

const waiting = 500

// Clients that come while nothing runs wait, and the version that mends it
// answers them.
func TestClientsWaitWhileNothingRuns(t *testing.T) {
	s := perform(t, actor(t), ordinary(1), "--hold=1m")
	kill(t, s.all(event.Reloaded)[0].PID)
	s.awaitKind(event.AppExited)
	answers := ask(t, s.port, waiting)
	s.flop(part{Text: "never", Listen: ordinary(1).Listen, Dies: "before"})
	s.save(ordinary(2))
	if e := s.awaitKind(event.Reloaded); e.Generation != 3 {
		t.Errorf("told %s", text(e))
	}
	for range waiting {
		if a := <-answers; a.err != nil || a.status != http.StatusOK || a.body != "hello, version 2" {
			t.Errorf("answered %d %.100q, %v", a.status, a.body, a.err)
		}
	}
	s.expect("hello, version 2")
}

// Those that have waited for too long are told what is wrong, and so are those
// that come then, until something serves again.
func TestClientsAreToldWhatIsWrong(t *testing.T) {
	s := perform(t, actor(t), ordinary(1), "--hold=1s")
	kill(t, s.all(event.Reloaded)[0].PID)
	s.awaitKind(event.AppExited)
	came := time.Now()
	answers := ask(t, s.port, waiting)
	for range waiting {
		if a := <-answers; a.err != nil || a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "SIGKILL") {
			t.Errorf("answered %d %.300q, %v", a.status, a.body, a.err)
		}
	}
	t.Logf("%d clients were told within %v", waiting, time.Since(came).Round(time.Millisecond))

	s.flop(part{Text: "never", Dies: "before"})
	a := <-ask(t, s.port, 1)
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "did not start") {
		t.Errorf("answered %d %.300q, %v", a.status, a.body, a.err)
	}
	s.save(ordinary(2))
	s.awaitKind(event.Reloaded)
	s.expect("hello, version 2")
}

// answer is what one client got.
type answer struct {
	status int
	body   string
	err    error
}

// ask has clients connect, all of them before it returns.
func ask(t *testing.T, port string, clients int) <-chan answer {
	t.Helper()
	answers := make(chan answer, clients)
	for range clients {
		nc, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { nc.Close() })
		nc.SetDeadline(time.Now().Add(time.Minute))
		if _, err := fmt.Fprint(nc, "GET / HTTP/1.0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		go func() { answers <- answerOn(nc) }()
	}
	return answers
}

func answerOn(nc net.Conn) answer {
	all, err := io.ReadAll(nc)
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	a := answer{body: body, err: err}
	if fields := strings.Fields(head); len(fields) > 1 {
		fmt.Sscan(fields[1], &a.status)
	}
	return a
}
