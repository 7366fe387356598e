package watcher

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// BenchmarkNew starts a watcher on 10 000 files of 2 kB in 500 folders.
func BenchmarkNew(b *testing.B) {
	dir := b.TempDir()
	content := make([]byte, 2000)
	for i := range 500 {
		folder := fmt.Sprintf("%s/%d/%d", dir, i/25, i)
		must(b, os.MkdirAll(folder, 0o755))
		for j := range 20 {
			must(b, os.WriteFile(fmt.Sprintf("%s/%d.go", folder, j), content, 0o644))
		}
	}
	for b.Loop() {
		w, err := New(Options{Roots: []string{dir}})
		must(b, err)
		for path, print := range w.table.known {
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
	dir := b.TempDir()
	w, err := New(Options{Roots: []string{dir}})
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
