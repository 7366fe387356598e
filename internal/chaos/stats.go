//go:build linux

package main

import "fmt"

// stats are what a process must not pile up.
type stats struct{ fds, goroutines, zombies, heap int } // heap in KiB

func (s stats) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines, %d KiB heap", s.fds, s.goroutines, s.heap)
}

func (s *service) stats() (n stats) {
	text := s.get("/stat")
	if _, err := fmt.Sscan(text, &n.fds, &n.goroutines, &n.zombies, &n.heap); err != nil {
		s.t.failf("read %q: %w", text, err)
	}
	return n
}

// flat wants the process to be as it was before, give or take what probes
// have open.
func (s *service) flat(before stats) stats {
	var now stats
	err := caught(func() {
		s.t.until(patience, "as before", func() bool {
			now = s.stats()
			return now.fds <= before.fds+4 && now.goroutines <= before.goroutines+8 && now.zombies == 0
		})
	})
	s.t.must(err, fmt.Sprintf("%v became %v", before, now))
	return now
}
