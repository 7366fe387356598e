//go:build unix

package watcher

import (
	"io/fs"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkPolling is what one look at the tree costs, and how much of a core all
// of them take, while somebody works and while nobody does.
func BenchmarkPolling(b *testing.B) {
	dir := plantTree(b)
	for name, c := range map[string]struct {
		rest       time.Duration
		everything bool
	}{
		"work": {0, false},
		"rest": {time.Hour, false},
		"all":  {0, true}, // before a set is complete
	} {
		b.Run(name, func(b *testing.B) {
			p := newPoller(DefaultPollInterval, func(string, fs.FileMode) bool { return true })
			w, err := newWatcher(Options{Roots: []string{dir}}, p.open)
			must(b, err)
			clear(p.fresh) // as after some seconds
			looks, before := 0, cpuTime(b)
			for b.Loop() {
				looks++
				p.changed = time.Now().Add(-c.rest)
				if found := p.look(b.Context(), c.everything); len(found.events) > 0 {
					b.Errorf("found %v", found)
				}
			}
			took := (cpuTime(b) - before) / time.Duration(looks)
			b.ReportMetric(float64(took.Microseconds()), "µs-cpu/look")
			b.ReportMetric(100*took.Seconds()/DefaultPollInterval.Seconds(), "%core")
			must(b, w.Close())
		})
	}
}

// cpuTime is the time that the process has had, which says more than the clock on
// a machine that has other work.
func cpuTime(b *testing.B) time.Duration {
	var used unix.Rusage
	must(b, unix.Getrusage(unix.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
