//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// The kill-at-every-phase sweep; see phase.go.
func killingFaults() []fault {
	return []fault{
		{number: 19, name: "old process killed during an upgrade, at each phase (T5)",
			inject: "SIGKILL to the old process at each phase of the upgrade, and at 20 random moments",
			pass:   "if the new process had its sockets, it serves, answers who waited in the queue, and can be upgraded; if it had not, it ends and nothing is left",
			run:    oldKilled},
		{number: 17, name: "new process killed during an upgrade, at each phase",
			inject: "SIGKILL to the new process at each phase, and at 20 random moments; the old one is held by a request",
			pass:   "the old process serves", run: newKilled},
		{number: 23, name: "TERM during an upgrade, at each phase",
			inject: "SIGTERM to the old process at each phase, and at 20 random moments",
			pass:   "all generations are gone within DrainTimeout, exit code 0, the unix socket is removed", run: stoppedDuringUpgrade},
	}
}

// alone is what comes before an upgrade of a process that nobody holds.
func alone(*service) {}

func oldKilled(t *trial) string {
	return t.sweep(20, 60*time.Millisecond, alone, func(s *service, old int, p phase) string {
		syscall.Kill(old, syscall.SIGKILL) // at a random moment it may have left already
		s.gone(old, patience)
		waiting, refused := net.Dial("tcp", s.addr)
		if refused == nil {
			defer waiting.Close()
			io.WriteString(waiting, plainRequest)
		}
		s.behave("guard=20ms")
		if p.inNew {
			s.open(p.gate)
		}
		if refused == nil {
			got, _, err := t.newWire(waiting).read()
			if err == nil && got != "generation 2" {
				t.failf("who waited at %s was answered by %s", p.gate, got)
			}
			refused = err
		}
		if refused != nil {
			if !early(p) {
				t.failf("killed at %s: nobody took over: %w", p.gate, refused)
			}
			s.end()
			s.watch.keepPath = true // nobody was left to remove it
			return "nothing is left, the sockets had not been passed"
		}
		s.upgrade()
		return "the new process took over"
	})
}

// early reports whether the sockets may not have been passed yet: tableflip
// tells the new process in a goroutine which descriptors are what.
func early(p phase) bool {
	switch p.gate {
	case "", "upgrade-begun", "binary-checked", "started", "start":
		return true
	}
	return false
}

func newKilled(t *trial) string {
	var hold *wire
	var letGo func()
	busy := func(s *service) { hold, letGo = s.hold() }
	return t.sweep(20, 60*time.Millisecond, busy, func(s *service, old int, p phase) string {
		defer func() {
			letGo()
			if got, _ := hold.answer(); got != "generation 1" {
				t.failf("the request in flight: %q", got)
			}
			hold.close()
		}()
		pids := s.out.begun()
		next := pids[len(pids)-1]
		if next == old || !alive(old) {
			if p.gate != "" && !p.inNew {
				s.open(p.gate)
			}
			s.follows(old)
			return "no new process to kill"
		}
		t.must(syscall.Kill(next, syscall.SIGKILL), "kill the new process")
		if p.gate != "" && !p.inNew {
			s.open(p.gate)
		}
		if pid := s.answers(); pid != old {
			t.failf("killed at %s: process %d answers, not %d", p.gate, pid, old)
		}
		return "the old process serves"
	})
}

func stoppedDuringUpgrade(t *trial) string {
	var slowest time.Duration
	said := t.sweep(20, 120*time.Millisecond, alone, func(s *service, old int, p phase) string {
		begun := time.Now()
		s.watch.end()
		syscall.Kill(old, syscall.SIGTERM) // at a random moment it may have left already
		if p.gate != "" {
			s.release(p)
		}
		s.gone(old, patience)
		late := "all gone"
		if s.serves(old) {
			// The signal came when the old process drained, where it changes
			// nothing; a service manager has signalled the new one, or the group.
			late = "the new process had taken over and was stopped as well"
			s.signal(syscall.SIGTERM)
		}
		s.end()
		slowest = max(slowest, time.Since(begun))
		if code := s.cmd.ProcessState.ExitCode(); code != 0 {
			t.failf("stopped at %s: exit code %d", p.gate, code)
		}
		return late
	})
	return fmt.Sprintf("%s; the slowest after %v", said, slowest.Round(time.Millisecond))
}

// serves reports whether another process than old serves, and is not stopping.
func (s *service) serves(old int) bool {
	text := s.out.String()
	for _, pid := range s.living() {
		if pid != old && !strings.Contains(text, fmt.Sprintf(`event pid=%d kind="stopping"`, pid)) {
			return !s.over()
		}
	}
	return false
}
