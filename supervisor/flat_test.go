//go:build linux

package supervisor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

type stats struct{ fds, goroutines, zombies, rss, heap int }

func (r *running) stats() (s stats) {
	r.t.Helper()
	text := r.get("/stat")
	if _, err := fmt.Sscan(text, &s.fds, &s.goroutines, &s.zombies, &s.rss, &s.heap); err != nil {
		r.t.Fatalf("%q: %v", text, err)
	}
	return s
}

// flat repeats step, and wants the process to stay as it was after a first few.
func (r *running) flat(n int, step func()) {
	r.t.Helper()
	for range 3 {
		step()
	}
	before := r.stats()
	for range n {
		step()
	}
	for deadline := time.Now().Add(patience); ; { // the collector closes in its own time
		after := r.stats()
		if after.fds <= before.fds+2 && after.goroutines <= before.goroutines+2 && after.zombies == 0 && after.heap <= before.heap+before.heap/4 { // not rss, which the race detector makes grow
			r.t.Logf("%d rounds: %+v, then %+v", n, before, after)
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%+v became %+v", before, after)
		}
	}
}

func rounds(t *testing.T) int {
	if testing.Short() {
		return 10
	}
	return manyUpgrades(t, 30)
}

func TestFailedUpgradesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.behave("exit")
	r.flat(rounds(t), func() {
		if got := r.get("/upgrade"); !strings.Contains(got, "exit status 3") {
			t.Fatal(got)
		}
	})
}

func TestUpgradesLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	r := start(t, "guard=10ms", "also=a,tcp,127.0.0.1:0")
	generation := 1
	r.flat(rounds(t), func() {
		r.upgrade()
		r.expect(fmt.Sprintf(`generation %d ended: <nil>; goroutines left: none`, generation))
		generation++
	})
}

func TestUpgradeWithoutDescriptorsFails(t *testing.T) {
	t.Parallel()
	r := start(t, "also=a,tcp,127.0.0.1:0")
	r.behave("exit")  // where there are just enough
	r.get("/upgrade") // tableflip keeps what the last attempt gave it
	free := 0
	r.flat(60, func() {
		got := r.get(fmt.Sprint("/starve?free=", free%12))
		free++
		if !strings.Contains(got, "error upgrade: ") {
			t.Fatalf("%d free descriptors: %s", free, got)
		}
	})
	r.behave()
	r.upgrade()
}
