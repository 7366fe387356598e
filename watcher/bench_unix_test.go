//go:build unix

package watcher

import (
	"io/fs"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkPolling is what one look at the tree costs, and how much of a core all
// of them take: while somebody works, while nobody does, with inputs beyond bounds,
// and of a look at everything, before a set is complete.
func BenchmarkPolling(b *testing.B) {
	dir := plantTree(b)
	for _, c := range []struct {
		name       string
		inputs     int // files of the program, 20 in each folder
		rest       time.Duration
		everything bool
	}{
		{"work", 300, 0, false},
		{"idle", 300, time.Hour, false},
		{"idle-1000-inputs", 1000, time.Hour, false},
		{"idle-10000-inputs", 10000, time.Hour, false},
		{"all", 300, 0, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newPoller(DefaultPollInterval, func(string, fs.FileMode) bool { return true })
			prefer := preference(func(path string) bool {
				n, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
				return err == nil && n < c.inputs/20
			})
			p.prefers.Store(&prefer)
			w, err := newWatcher(Options{Roots: []string{dir}}, p.open)
			must(b, err)
			clear(p.fresh) // as after some seconds
			for _, f := range p.folders {
				f.listed = time.Now()
			}
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
