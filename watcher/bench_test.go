package watcher

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// plantTree writes 10 000 files of 2 kB in 500 folders.
func plantTree(b *testing.B) string {
	dir := b.TempDir()
	content := make([]byte, 2000)
	for i := range 500 {
		folder := fmt.Sprintf("%s/%d/%d", dir, i/25, i)
		must(b, os.MkdirAll(folder, 0o755))
		for j := range 20 {
			must(b, os.WriteFile(fmt.Sprintf("%s/%d.go", folder, j), content, 0o644))
		}
	}
	return dir
}

// BenchmarkNew starts a watcher on the tree.
func BenchmarkNew(b *testing.B) {
	dir := plantTree(b)
	for b.Loop() {
		w, err := New(Options{Roots: []string{dir}})
		must(b, err)
		for path, print := range w.table.known.all() {
			if print.state == unsure {
				b.Errorf("%s was not read within the budget", path)
				break
			}
		}
		must(b, w.Close())
	}
}

// BenchmarkLatency is the time from a write to the set, DefaultQuiet included.
func BenchmarkLatency(b *testing.B) {
	for _, on := range origins {
		b.Run(on.name, func(b *testing.B) { measureLatency(b, Options{Poll: on.polls}) })
	}
}

func measureLatency(b *testing.B, opts Options) {
	dir := b.TempDir()
	opts.Roots = []string{dir}
	w, err := New(opts)
	must(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	var total, slowest time.Duration
	n := 0
	for b.Loop() {
		n++
		must(b, os.WriteFile(dir+"/x.go", fmt.Append(nil, n), 0o644))
		written := time.Now()
		<-w.Changes()
		took := time.Since(written)
		total += took
		slowest = max(slowest, took)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(n), "µs/set")
	b.ReportMetric(float64(slowest.Microseconds()), "µs-max")
	cancel()
	must(b, <-done)
}
