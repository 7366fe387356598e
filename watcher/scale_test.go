//go:build unix

package watcher

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkTree starts a watcher on 100 000 files in 5 000 folders: how long until
// it is ready, what of that is processor time, what is kept, and how much processor
// time it takes while nothing changes.
func BenchmarkTree(b *testing.B) {
	dir := scratch(b)
	for i := range 5000 {
		folder := fmt.Sprintf("%s/d%d/e%d/p%d", dir, i/250, i/25%10, i)
		must(b, os.MkdirAll(folder, 0o755))
		for j := range 20 {
			must(b, os.WriteFile(fmt.Sprintf("%s/file%d.go", folder, j), fmt.Append(nil, i, j), 0o644))
		}
	}
	ignore := func(path string, _ bool) bool { return filepath.Base(path) == "node_modules" }
	runtime.GC()
	used, rounds := cpuTime(b), 0
	for b.Loop() {
		rounds++
		w, err := New(Options{Roots: []string{dir}, Ignore: ignore, EventsOnly: true})
		must(b, err)
		must(b, w.Close())
	}
	b.ReportMetric(float64((cpuTime(b)-used).Milliseconds())/float64(rounds), "ms-cpu/op")

	w, err := New(Options{Roots: []string{dir}, Ignore: ignore})
	must(b, err)
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc)/1e6, "MB-kept")
	b.ReportMetric(residentMB(), "MB-resident")
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	used = cpuTime(b)
	<-time.After(3 * time.Second)
	b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/3000, "ms-cpu/idle-s")
	cancel()
	must(b, <-done)
}

// residentMB is the peak of the process so far, 0 where the system does not say so.
func residentMB() float64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kB, _ := strconv.Atoi(number)
	return float64(kB) / 1e3
}
