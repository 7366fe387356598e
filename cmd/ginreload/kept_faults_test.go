//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// A version that fails while the one before it is still there costs at most what
// it had taken up itself; then the one before serves again.
func TestVersionThatFailsIsTakenBack(t *testing.T) {
	binary := actor(t)
	for _, c := range []struct {
		name  string
		bad   part
		serve bool // it is taken for ready before it fails
		loses int  // at most
	}{
		{"before it listens", part{Dies: "before", After: 100}, false, 0},
		// What it has accepted and not answered when it ends is lost: at most one
		// request of each client.
		{"at once when it listens", part{Dies: "after"}, true, 6},
		{"50 ms after", part{Dies: "after", After: 50}, true, 6},
		{"with the first request", part{Dies: "accepted"}, true, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := perform(t, binary, ordinary(1))
			// No slow ones: what takes longer than the version lives is lost with it.
			load := supervisortest.Load{
				URL: s.url(), NewConn: 2, Every: 10 * time.Millisecond, KeepAlive: 4, Think: 10 * time.Millisecond,
			}
			report := during(t, load, func() {
				for try := range 3 {
					bad := c.bad
					bad.Text, bad.Listen = fmt.Sprint("bad version ", try), ordinary(2).Listen
					if e := s.flop(bad); e.Serving != 1 || e.Exit == nil || e.Exit.Code != 1 {
						t.Errorf("told %s", text(e))
					}
					if ready := len(s.all(event.Reloaded)) == try+2; ready != c.serve {
						t.Errorf("was taken for ready: %t", ready)
					}
					s.expect("hello, version 1")
				}
				s.play(ordinary(2))
				s.expect("hello, version 2")
				s.awaitGone()
			})
			t.Logf("%d of %d requests failed over 3 versions that fail %s", report.Failed, report.Requests, c.name)
			if report.Failed > 3*c.loses {
				t.Errorf("%d requests failed, at most %d may", report.Failed, 3*c.loses)
			}
			answeredBy(t, report, "hello, version 1", "hello, version 2")
		})
	}
}

// Programs that cannot run twice are found out, and lose nothing all the same.
func TestProgramThatDoesNotRunTwice(t *testing.T) {
	binary := actor(t)
	for _, c := range []struct {
		name string
		with func(t *testing.T, p *part)
		says string
	}{
		{"a file lock", func(t *testing.T, p *part) { p.Lock = filepath.Join(t.TempDir(), "database") }, "resource temporarily unavailable"},
		{"a UDP port", func(t *testing.T, p *part) { p.UDP = "127.0.0.1:" + freePort(t) }, "address already in use"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := ordinary(1)
			c.with(t, &first)
			s := perform(t, binary, first)
			report := during(t, strict(s.url()), func() {
				for version := 2; version <= 4; version++ {
					next := first
					next.Text = ordinary(version).Text
					s.play(next)
					s.expect(next.Text)
				}
			})
			nobodyFailed(t, report)
			answeredBy(t, report, "hello, version 1", "hello, version 2", "hello, version 3", "hello, version 4")
			told := 0
			for _, e := range s.all(event.Notice) {
				if strings.Contains(e.Message, "cannot run twice") {
					told++
					if !strings.Contains(e.Message, c.says) {
						t.Errorf("told %q", e.Message)
					}
				}
			}
			if told != 1 {
				t.Errorf("told %d times that it cannot run twice", told)
			}
			// Once it is known nothing is started in vain.
			if started := len(s.all(event.AppStarting)); started != 5 {
				t.Errorf("%d processes were started for 4 versions", started)
			}
		})
	}
}

// With overlap off no two versions live at a time, and clients wait.
func TestOverlapOff(t *testing.T) {
	s := perform(t, actor(t), ordinary(1), "--overlap=false")
	report := during(t, strict(s.url()), func() {
		for version := 2; version <= 4; version++ {
			before := s.all(event.Reloaded)
			last := before[len(before)-1].PID
			s.save(ordinary(version))
			s.await("the next version", func(e event.Event) bool { return e.Kind == event.AppStarting })
			if alive(last) {
				t.Errorf("version %d was started beside the one before", version)
			}
			s.awaitKind(event.Reloaded)
			s.expect(ordinary(version).Text)
		}
	})
	nobodyFailed(t, report)
}

// A program that fails for good while nothing else is left gets its clients
// back with the next save.
func TestSecondFailureAfterTheGuard(t *testing.T) {
	s := perform(t, actor(t), ordinary(1))
	s.play(ordinary(2))
	s.awaitGone()
	kill(t, s.all(event.Reloaded)[1].PID)
	if e := s.awaitKind(event.AppExited); e.Serving != 0 {
		t.Errorf("told %s", text(e))
	}
	answer := make(chan string, 1)
	go func() {
		got, err := s.get("/")
		if err != nil {
			got = err.Error()
		}
		answer <- got
	}()
	s.flop(part{Text: "never", Dies: "before"})
	s.save(ordinary(3))
	s.awaitKind(event.Reloaded)
	if got := <-answer; got != "hello, version 3" {
		t.Errorf("the client that waited was answered %q", got)
	}
}
