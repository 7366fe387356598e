//go:build linux

package main

import (
	"fmt"
	"strings"
	"syscall"
	"time"
)

// Generations that are killed after the new one has taken over.
func dyingFaults() []fault {
	return []fault{
		{number: 17, name: "new process dies after it took over (T4)",
			inject: "SIGKILL to itself 0, 1, 10, 100 ms after it serves, 3 times each, with the old process held for 1 s by a request",
			pass:   "while the old process is there it serves again: answers within 250 ms, the request in flight completes; nobody else is promised anything", run: diesAfterCommit},
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
			hold := s.wire()
			hold.send("GET /slow?ms=1000 HTTP/1.1\r\nHost: x\r\n\r\n")
			s.expect("slow began")
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
			if got, _ := hold.answer(); got != "generation 1" {
				t.failf("the request in flight: %q", got)
			}
			hold.says("generation 1")
			hold.close()
			taken += strings.Count(s.out.String(), `kind="took up again"`)
			s.done()
		}
	}
	if worst > 250*time.Millisecond {
		t.failf("the old process answered %v after it took up again", worst)
	}
	return fmt.Sprintf("12 of 12 deaths: the old process serves, %d of them after the commit, the first answer at most %v later", taken, worst.Round(time.Millisecond))
}

func oldKilledInDrain(t *trial) string {
	s := t.start("drain=10s")
	for i := range 5 {
		stream := s.webSocket("?deaf=1")
		hold := s.wire()
		hold.send("GET /slow?ms=5000 HTTP/1.1\r\nHost: x\r\n\r\n")
		s.expect("slow began")
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
