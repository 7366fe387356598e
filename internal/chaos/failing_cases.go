//go:build linux

package main

import (
	"fmt"
	"time"
)

// New processes that fail before they have taken over.
func failingFaults() []fault {
	return []fault{
		{number: 14, name: "new process exits or panics at once",
			inject: "exit code 3 with a message, a panic in main, 10 times each",
			pass:   "each upgrade fails with the status and the last words of the new process; the old one serves on, nothing piles up", run: failsAtOnce},
		{number: 15, name: "new process hangs before it is ready",
			inject: "it stands before New, after New and before Run; ReadyTimeout 1 s",
			pass:   "error at ReadyTimeout, the new process is gone within 2 s after it", run: hangs},
	}
}

func failsAtOnce(t *trial) string {
	s := t.start()
	var before stats
	var worst time.Duration
	for i := range 20 {
		if i == 4 { // by then everything has been used once
			before = s.stats()
		}
		s.behave([]string{"exit", "panic"}[i%2])
		want := []string{`status "exit status 3" stderr \["config.yaml: no such thing"\]`, `exit status 2.*panic: told to`}[i%2]
		begun := time.Now()
		s.refuses(want)
		worst = max(worst, time.Since(begun))
	}
	after := s.flat(before)
	s.behave()
	s.replace()
	return fmt.Sprintf("20 errors within %v that say why; before: %v, after: %v", worst.Round(time.Millisecond), before, after)
}

func hangs(t *trial) string {
	s := t.start("ready=1s")
	var took []string
	for _, gate := range []string{"start", "new", "run"} {
		s.behave("ready=1s", "gate="+gate)
		begun := time.Now()
		s.refuses("was not ready after 1s")
		took = append(took, fmt.Sprintf("%v %s", time.Since(begun).Round(10*time.Millisecond), gate))
		pid := s.expectPID(fmt.Sprintf(`at gate %s (\d+)`, gate))
		if alive(pid) {
			s.gone(pid, 2*time.Second)
		}
	}
	return fmt.Sprintf("errors after %v (ReadyTimeout 1 s)", took)
}
