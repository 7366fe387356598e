//go:build linux

package main

import (
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

const stall = 2 * time.Second

// pause is how long a fault lasts.
func pause(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}

// A ginreload that does not get to run costs the program that serves nothing:
// nothing that it does for a request passes by ginreload.
func TestServesOnWhileGinreloadIsStopped(t *testing.T) {
	s := perform(t, actor(t), ordinary(1))
	load := strict(s.url())
	report := during(t, load, func() {
		send(t, s.tool, syscall.SIGSTOP)
		pause(stall)
		send(t, s.tool, syscall.SIGCONT)
	})
	nobodyFailed(t, report)
	for _, kind := range []supervisortest.Kind{supervisortest.NewConn, supervisortest.KeepAlive, supervisortest.Upload} {
		if longest := report.ByKind[kind].Latency.Max; longest >= stall {
			t.Errorf("a request of %s waited for %v", kind, longest)
		}
	}
	s.play(ordinary(2))
	s.expect("hello, version 2")
}

// A ginreload that does not get to run in the middle of a reload goes on with it
// afterwards.
func TestStoppedInTheMiddleOfAReload(t *testing.T) {
	binary := actor(t)
	for _, c := range []struct {
		name  string
		until func(s *stage)
	}{
		{"while the new version starts", func(s *stage) {
			next := ordinary(2)
			next.Late = 300
			s.save(next)
			s.awaitStarting()
			send(s.t, s.tool, syscall.SIGSTOP)
		}},
		{"while the new version binds", func(s *stage) { s.stallInBind(2) }},
		{"right after it was ready", func(s *stage) {
			s.play(ordinary(2))
			send(s.t, s.tool, syscall.SIGSTOP)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := perform(t, binary, ordinary(1))
			report := during(t, strict(s.url()), func() {
				c.until(s)
				pause(stall)
				send(t, s.tool, syscall.SIGCONT)
				if serving := s.all(event.Reloaded); len(serving) < 2 {
					s.awaitKind(event.Reloaded)
				}
				s.expect("hello, version 2")
				s.play(ordinary(3))
				s.expect("hello, version 3")
				s.awaitGone()
			})
			nobodyFailed(t, report)
			answeredBy(t, report, "hello, version 1", "hello, version 2", "hello, version 3")
		})
	}
}
