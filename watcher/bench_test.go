package watcher

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
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

// BenchmarkPollingLatency is the time from a change to the set in a tree of 10 000
// files, of which 300 are inputs: the look that finds it, DefaultQuiet, and one more
// look. Changes come at any time between two looks.
func BenchmarkPollingLatency(b *testing.B) {
	dir := plantTree(b)
	for _, c := range []struct {
		name   string
		change func(n int) // of another file each time
	}{
		{"input-in-place", func(n int) { appendTo(b, fmt.Sprintf("%s/0/%d/%d.go", dir, n%15, n/15%20)) }},
		{"new-beside-input", func(n int) { appendTo(b, fmt.Sprintf("%s/0/%d/new%d.go", dir, n%15, n)) }},
		{"other-in-place", func(n int) { appendTo(b, fmt.Sprintf("%s/%d/%d/%d.go", dir, 10+n%5, 250+n%5*25, n%20)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			w, err := New(Options{Roots: []string{dir}, Poll: true})
			must(b, err)
			w.Prefer(func(path string) bool {
				n, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
				return err == nil && n < 15
			})
			measure(b, w, c.change)
		})
	}
}

// appendTo writes in place, after a while of up to one pause.
func appendTo(b *testing.B, path string) {
	<-time.NewTimer(time.Duration(rand.Int64N(int64(DefaultPollInterval)))).C
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	must(b, err)
	_, err = f.WriteString("x")
	must(b, errors.Join(err, f.Close()))
}

func measureLatency(b *testing.B, opts Options) {
	dir := b.TempDir()
	opts.Roots = []string{dir}
	w, err := New(opts)
	must(b, err)
	measure(b, w, func(n int) { must(b, os.WriteFile(dir+"/x.go", fmt.Append(nil, n), 0o644)) })
}

// measure takes the time from the end of a change to its set.
func measure(b *testing.B, w *Watcher, change func(n int)) {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	var total, slowest time.Duration
	n := 0
	for b.Loop() {
		n++
		change(n)
		changed := time.Now()
		<-w.Changes()
		took := time.Since(changed)
		total += took
		slowest = max(slowest, took)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(n), "µs/set")
	b.ReportMetric(float64(slowest.Microseconds()), "µs-max")
	cancel()
	must(b, <-done)
}
