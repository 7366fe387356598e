//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// Generations that are killed after the new one has taken over.
func dyingFaults() []fault {
	return []fault{
		{number: 17, name: "new process dies after it took over (T4)",
			inject: "SIGKILL to itself 0, 1, 10, 100 ms after it serves, 3 times each, with the old process held by a request",
			pass:   "while the old process is there it serves again: answers within 250 ms, the request in flight completes; nobody else is promised anything", run: diesAfterCommit},
		{number: 17, name: "connections moved to a process that dies",
			inject: "50 idle connections of HTTP/1.1, and a new process that kills itself when it serves; 5 times",
			pass:   "the old process serves again; each idle connection is answered or closed, none hangs", run: movedToTheDead},
		{number: 20, name: "old process killed during its drain",
			inject: "SIGKILL while requests and a stream keep it; 5 times",
			pass:   "the new process answers all the time, and can be upgraded; only what was in flight in the old one is lost", run: oldKilledInDrain},
	}
}

func diesAfterCommit(t *trial) string {
	var worst time.Duration
	taken := 0
	for _, after := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		for range 3 {
			s := t.start("drain=8s")
			s.watch.losses = true
			s.watch.leaves = 9 * time.Second
			hold, letGo := s.hold()
			old := s.answers()
			s.behave(fmt.Sprint("live=", max(after, time.Nanosecond)))
			t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
			// Died before it was asked: an upgrade that failed. After: taken back.
			s.expect(`kind="(took up again|upgrade failed)"`)
			begun := time.Now()
			if pid := s.answers(); pid != old {
				t.failf("process %d answers, not %d", pid, old)
			}
			worst = max(worst, time.Since(begun))
			letGo()
			if got, _ := hold.answer(); got != "generation 1" {
				t.failf("the request in flight: %q", got)
			}
			hold.says("generation 1")
			hold.close()
			taken += strings.Count(s.out.String(), `kind="took up again"`)
			s.done()
		}
	}
	t.within(250*time.Millisecond, worst, "the first answer after it took up again")
	return fmt.Sprintf("12 of 12 deaths: the old process serves, %d of them after the commit, the first answer at most %v later", taken, worst.Round(time.Millisecond))
}

func oldKilledInDrain(t *trial) string {
	s := t.start("drain=10s")
	for i := range 5 {
		stream := s.webSocket("?deaf=1")
		hold, _ := s.hold()
		old := s.answers()
		t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
		s.expect(fmt.Sprintf(`event pid=%d kind="draining"`, old))
		t.pause(t.moment(50 * time.Millisecond))
		t.must(syscall.Kill(old, syscall.SIGKILL), "kill the old process")
		s.gone(old, patience)
		if _, _, err := hold.read(); err == nil {
			t.failf("round %d: the request in flight of a process that was killed was answered", i)
		}
		hold.close()
		stream.close()
	}
	return "5 kills, 6 generations"
}

func movedToTheDead(t *trial) string {
	answered, closed := 0, 0
	for range 5 {
		s := t.start("drain=30s")
		s.watch.losses, s.watch.leaves = true, patience
		hold, letGo := s.hold()
		idle := make([]*wire, 50)
		for i := range idle {
			idle[i] = s.wire()
			idle[i].says("generation 1")
		}
		s.behave("live=1ns")
		s.signal(syscall.SIGUSR2)
		s.expect(`kind="(took up again|upgrade failed)"`)
		for i, w := range idle {
			w.nc.SetDeadline(time.Now().Add(5 * time.Second))
			w.nc.Write([]byte(plainRequest)) // to a closed one it may fail, as reading does
			_, _, err := w.read()
			switch {
			case err == nil:
				answered++
			case errors.Is(err, os.ErrDeadlineExceeded):
				t.failf("connection %d of %d hangs", i, len(idle))
			default:
				closed++
			}
			w.close()
		}
		letGo()
		hold.answer()
		hold.close()
		s.done()
	}
	return fmt.Sprintf("%d of 250 idle connections answered by the old process, %d closed, none hangs", answered, closed)
}
