//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// What has to hold in every case, whatever is done to the program: probes
// never fail (I1, I2, I6), no more than so many generations live (I3), the old
// one leaves (I4), the PID file names a process that serves (I5), no zombies
// (I7), the socket stays the same one (I8), and paths are removed at the end.
// Whether an upgrade told the truth (I9) and what the service manager heard
// (I10) the cases ask themselves.

const (
	probePace  = time.Millisecond
	unixPace   = 5 * time.Millisecond
	samplePace = 2 * time.Millisecond
	// worstProbe is what the reference allows above a baseline of next to nothing.
	worstProbe = 250 * time.Millisecond
)

// watch observes a service from its first answer on.
type watch struct {
	s       *service
	running sync.WaitGroup
	cancel  context.CancelFunc
	inode   string // of the listener http

	// To be set by a case before it does what needs it.
	limit    int           // generations that may live at the same time
	leaves   time.Duration // in which an old generation has to be gone
	losses   bool          // probes may fail: a process that serves is killed
	rebinds  bool          // the new version listens on another socket
	noUnix   bool          // it has no unix socket
	keepPath bool          // the path stays at the end
	pidFile  string        // is polled

	mu     sync.Mutex // guards all below
	tcp    probes
	unix   probes
	most   int          // generations that lived at the same time
	badPID []string     // what the PID file said that was wrong
	polled int          // reads of the PID file
	named  map[int]bool // by the PID file
	unsure bool         // the PID file may be wrong
}

// probes are the results of one prober.
type probes struct {
	asked, lost int
	worst, gap  time.Duration // slowest answer, longest time between two of them
	first       error
}

func newWatch(s *service) *watch {
	return &watch{s: s, limit: 2, leaves: 6 * time.Second, named: make(map[int]bool)}
}

func (w *watch) begin() {
	ctx, cancel := context.WithCancel(w.s.t.ctx)
	w.cancel = cancel
	w.inode = w.s.get("/inode")
	tasks := []func(){
		func() { w.probe(ctx, "tcp", w.s.addr, probePace, &w.tcp) },
		func() { w.every(ctx, samplePace, w.sample) },
	}
	if !w.noUnix {
		tasks = append(tasks, func() { w.probe(ctx, "unix", w.s.socketPath(), unixPace, &w.unix) })
	}
	if w.pidFile != "" {
		tasks = append(tasks, func() { w.every(ctx, probePace, w.readPIDFile) })
	}
	for _, task := range tasks {
		w.running.Go(task)
	}
}

func (w *watch) begun() bool { return w.cancel != nil }

// end stops watching. A case that stops the service calls it before.
func (w *watch) end() {
	if w.cancel != nil {
		w.cancel()
		w.running.Wait()
	}
}

func (w *watch) every(ctx context.Context, pace time.Duration, f func()) {
	again := time.NewTicker(pace)
	defer again.Stop()
	for {
		f()
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}

func (w *watch) probe(ctx context.Context, network, addr string, pace time.Duration, p *probes) {
	last := time.Now()
	w.every(ctx, pace, func() {
		begun := time.Now()
		err := probeOnce(network, addr)
		if ctx.Err() != nil {
			return // it may have met the end
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		p.asked++
		if err != nil {
			p.lost++
			p.first = errors.Join(p.first, err)
			if p.lost > 3 {
				p.first = fmt.Errorf("the last one: %w", err)
			}
			return
		}
		p.worst = max(p.worst, time.Since(begun))
		p.gap = max(p.gap, time.Since(last))
		last = time.Now()
	})
}

// probeOnce connects, asks and wants the whole answer. The server closes
// first, and so keeps the port in TIME_WAIT.
func probeOnce(network, addr string) error {
	nc, err := net.DialTimeout(network, addr, 5*time.Second)
	if err != nil {
		return err
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(nc, "GET /probe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	text, err := io.ReadAll(nc)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(text), "HTTP/1.1 200 ") || !strings.HasSuffix(string(text), "\r\n\r\nprobed") {
		return fmt.Errorf("answer of %d bytes: %.60q", len(text), text)
	}
	return nil
}

func (w *watch) sample() {
	n := len(w.s.living())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.most = max(w.most, n)
}

// living lists the generations that have begun and not ended.
func (s *service) living() []int {
	var pids []int
	for _, pid := range s.out.begun() {
		if alive(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func (w *watch) readPIDFile() {
	text, err := os.ReadFile(w.pidFile)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.polled++
	if w.unsure {
		return
	}
	bad := ""
	pid := 0
	if err != nil {
		bad = err.Error()
	} else if _, err := fmt.Sscan(string(text), &pid); err != nil {
		bad = fmt.Sprintf("it holds %q", text)
	} else if !alive(pid) {
		bad = fmt.Sprintf("process %d has ended", pid)
	} else {
		w.named[pid] = true // whether it serves says its output, which comes later
	}
	if bad != "" && len(w.badPID) < 3 {
		w.badPID = append(w.badPID, bad)
	}
}

// doubt says whether the PID file may be wrong from now on.
func (w *watch) doubt(unsure bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unsure = unsure
}

// polls is how often the PID file was read.
func (w *watch) polls() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.polled
}

// settled wants one generation to be left, and nothing strange about it.
func (w *watch) settled() {
	s, t := w.s, w.s.t
	pid := s.answers()
	t.until(w.leaves, "gone: the old generation", func() bool { return len(s.living()) <= 1 })
	t.until(patience, fmt.Sprintf("without zombies: process %d", pid), func() bool { return s.stats().zombies == 0 })
	if got := s.get("/inode"); got != w.inode && !w.rebinds && w.inode != "" {
		t.failf("the listening socket is %s, at first it was %s", got, w.inode)
	}
}

// verdict is about what was seen while the service ran.
func (w *watch) verdict() {
	s, t := w.s, w.s.t
	w.mu.Lock()
	defer w.mu.Unlock()
	for network, p := range map[string]probes{"tcp": w.tcp, "unix": w.unix} {
		if p.lost > 0 && !w.losses {
			t.failf("%d of %d probes over %s failed: %w", p.lost, p.asked, network, p.first)
		}
		if !w.losses {
			t.within(worstProbe, p.worst, "the slowest probe over "+network+" was answered")
		}
	}
	if w.most > w.limit {
		t.failf("%d generations at the same time, want at most %d", w.most, w.limit)
	}
	for pid := range w.named {
		if !strings.Contains(s.out.String(), fmt.Sprintf("event pid=%d kind=\"serving\"", pid)) {
			t.failf("the PID file named process %d, which never served", pid)
		}
	}
	if len(w.badPID) > 0 {
		t.failf("the PID file: %s", strings.Join(w.badPID, ", "))
	}
	if _, err := os.Lstat(s.socketPath()); !errors.Is(err, fs.ErrNotExist) && !w.keepPath && !w.noUnix {
		t.failf("the unix socket is still there after the end")
	}
	for _, bad := range []string{"DATA RACE", "goroutines left: found", "fatal error:"} {
		if strings.Contains(s.out.String(), bad) {
			t.failf("a generation says %q", bad)
		}
	}
}

// watched sums up what was seen of all services.
func watched(services []*service) string {
	asked, lost, worst := 0, 0, time.Duration(0)
	for _, s := range services {
		for _, p := range []probes{s.watch.tcp, s.watch.unix} {
			asked, lost, worst = asked+p.asked, lost+p.lost, max(worst, p.worst)
		}
	}
	return fmt.Sprintf("%d of %d probes lost, the slowest %v", lost, asked, worst.Round(time.Millisecond))
}
