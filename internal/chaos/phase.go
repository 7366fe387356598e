//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// phase is a point of an upgrade that can be held: by a gate of the program, or
// by an event of the library, which waits for the hook that it tells.
type phase struct {
	gate  string
	inNew bool // it is the new process that stands there
}

// phases are those up to the commit and just after it, in their order.
func phases() []phase {
	return []phase{
		{"upgrade-begun", false}, {"binary-checked", false}, {"started", false},
		{"start", true}, {"new", true}, {"run", true},
		{"prepared", false}, {"probed", false}, {"committed", false},
		{"serving", true}, {"replaced", false}, {"draining", false},
	}
}

// held starts a service and an upgrade of it that stands at the phase. It
// reports ok=false if this version of the library does not come by there.
func (t *trial) held(p phase, first func(*service), words ...string) (s *service, old int, ok bool) {
	gated := append(slices.Clone(words), "gate="+p.gate)
	if p.inNew {
		s = t.start(words...)
		s.behave(gated...)
	} else {
		s = t.start(gated...)
		s.behave(words...)
	}
	first(s)
	old = s.answers()
	t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	found := s.out.next(ctx, regexp.MustCompile(`(at gate `+p.gate+`|pid=\d+ kind="(drained|upgrade failed)")`))
	if found == nil {
		t.failf("the upgrade neither came by %s nor ended", p.gate)
	}
	return s, old, strings.HasPrefix(found[1], "at gate")
}

// release lets go on who is held at the phase, if he lives.
func (s *service) release(p phase) {
	f := s.unlock(p.gate)
	s.t.atEnd(func() { f.Close() })
}

// sweep does f at each phase and at n random moments of an upgrade within
// limit, and first what comes before the upgrade. What f says about each is
// counted.
func (t *trial) sweep(n int, limit time.Duration, first func(*service), f func(s *service, old int, p phase) string) string {
	byPhase := make(map[string][]string)
	for _, p := range phases() {
		s, old, ok := t.held(p, first, "guard=20ms")
		if !ok {
			s.done()
			continue
		}
		s.watch.losses = true
		said := f(s, old, p)
		byPhase[said] = append(byPhase[said], p.gate)
		s.done()
	}
	random := make(map[string]int)
	for range n {
		s := t.start("guard=20ms")
		s.watch.losses = true
		first(s)
		old := s.answers()
		t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
		t.pause(t.moment(limit))
		random[f(s, old, phase{})]++
		s.done()
	}
	var said []string
	for _, what := range slices.Sorted(maps.Keys(byPhase)) {
		said = append(said, fmt.Sprintf("%s at %s", what, strings.Join(byPhase[what], ", ")))
	}
	for _, what := range slices.Sorted(maps.Keys(random)) {
		said = append(said, fmt.Sprintf("%s at %d random moments", what, random[what]))
	}
	return strings.Join(said, "; ")
}
