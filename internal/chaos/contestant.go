//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// contestant is a server with another library, upgraded as its README says.
type contestant struct {
	name   string
	app    string         // in testdata/apps, "" for this command
	signal syscall.Signal // asks for an upgrade
	stable bool           // it goes to the first process, which stays
}

func contestants() []contestant {
	return []contestant{
		{"supervisor", "", syscall.SIGUSR2, false},
		{"tableflip, README recipe", "recipe", syscall.SIGUSR2, false},
		{"overseer", "overseer", syscall.SIGUSR2, true},
		{"endless", "endless", syscall.SIGHUP, false},
		{"grace", "grace", syscall.SIGUSR2, false},
	}
}

// standing is what came of it.
type standing struct {
	contestant
	unbuilt string // why there is nothing else
	upgrade int
	missed  int // upgrades that were asked for and did not come within patience
	report  *supervisortest.Report
	stayed  []time.Duration // of each old process; tooLong for one that was not waited for
	silent  int             // of silentClients that lost their first request
	broken  map[string]string
}

const (
	silentClients = 200
	// tooLong is how long an old process is waited for before the next upgrade.
	tooLong = 5 * time.Second
)

// everyClient is the load that all contestants get.
func everyClient() supervisortest.Load {
	return supervisortest.Load{
		KeepAlive: 16, Think: 10 * time.Millisecond, Idle: 16, IdleThink: 500 * time.Millisecond,
		NewConn: 4, Every: 10 * time.Millisecond, Slow: 4, SlowPath: "/slow?ms=700", Upload: 4,
	}
}

// measure plays the whole comparison with one contestant.
func (c contestant) measure(ctx context.Context, binary string, upgrades int) (standing, error) {
	s := standing{contestant: c, upgrade: upgrades, broken: make(map[string]string)}
	if c.app != "" {
		dir, err := os.MkdirTemp("", "chaos")
		if err != nil {
			return s, err
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, c.app)
		if out, err := buildApp(ctx, c.app, binary); err != nil {
			line, _, _ := strings.Cut(strings.TrimSpace(out), " (")
			s.unbuilt = strings.ReplaceAll(line, "\n", " ")
			return s, nil
		}
	}
	for _, part := range []func(*trial, contestant){s.underLoad, s.silence, s.breakages} {
		t := &trial{ctx: ctx, binary: binary, slack: 1}
		if _, err := t.run(func(t *trial) string { part(t, c); return "" }); err != nil {
			return s, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return s, nil
}

// serve starts the contestant from a copy of its binary.
func (c contestant) serve(t *trial) (s *service, path string) {
	s = t.prepare("drain=30s", "ready=3s")
	path = filepath.Join(s.dir, "app")
	t.copyBinary(path)
	s.cmd.Path, s.cmd.Args = path, []string{path}
	s.stable, s.finished = c.stable, true // none of them promises our invariants
	s.launch()
	s.answers()
	return s, path
}

func (r *standing) underLoad(t *trial, c contestant) {
	s, _ := c.serve(t)
	load := everyClient()
	load.URL = "http://" + s.addr
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	wait := t.spawn(func() { r.report = load.Run(ctx) })
	err := caught(func() {
		for range r.upgrade {
			t.pause(500 * time.Millisecond)
			begun := time.Now()
			old := s.signal(c.signal)
			if caught(func() { s.follows(old) }) != nil {
				r.missed++
				continue
			}
			if caught(func() { s.gone(old, tooLong) }) != nil {
				r.stayed = append(r.stayed, tooLong)
				continue
			}
			r.stayed = append(r.stayed, time.Since(begun))
		}
	})
	cancel()
	wait()
	t.must(err, "upgrade under load")
}

// silence connects first and sends in the middle of the upgrade (case 2).
func (r *standing) silence(t *trial, c contestant) {
	s, _ := c.serve(t)
	wires := make([]*wire, silentClients)
	for i := range wires {
		wires[i] = s.wire()
		defer wires[i].close()
	}
	old := s.signal(c.signal)
	if caught(func() { s.follows(old) }) != nil {
		r.missed++
	}
	for _, w := range wires {
		// The answer, or its absence, says what became of it.
		w.nc.Write([]byte(plainRequest))
		if _, _, err := w.read(); err != nil {
			r.silent++
		}
	}
}

// breakages are the binaries that a deployment can leave behind.
func breakages() map[string]func(path string) error {
	script := func(text string) func(string) error {
		return func(path string) error {
			os.Remove(path)
			syscall.ForkLock.RLock() // see copyBinary
			defer syscall.ForkLock.RUnlock()
			return os.WriteFile(path, []byte(text), 0o755)
		}
	}
	return map[string]func(string) error{
		"exits":          script("#!/bin/sh\nexit 3\n"),
		"hangs":          script("#!/bin/sh\nexec sleep 60\n"),
		"missing":        os.Remove,
		"not executable": func(path string) error { return os.Chmod(path, 0o644) },
	}
}

// breakages starts an upgrade to each kind of broken binary, looks for 4 s
// whether the server goes on, and then upgrades to a good one.
func (r *standing) breakages(t *trial, c contestant) {
	for _, name := range slices.Sorted(maps.Keys(breakages())) {
		s, path := c.serve(t)
		pid := s.signal(c.signal)
		if caught(func() { s.follows(pid) }) != nil {
			r.missed++
		}
		caught(func() { s.gone(pid, tooLong) })
		t.must(breakages()[name](path), "break the binary")
		pid = s.signal(c.signal)
		asked, lost := 0, 0
		for begun := time.Now(); time.Since(begun) < 4*time.Second; t.pause(5 * time.Millisecond) {
			asked++
			if _, err := s.ask("/pid"); err != nil {
				lost++
			}
		}
		r.broken[name] = s.state(t, c, path, asked, lost)
		s.kill()
	}
}

// state says how a contestant has come through a broken binary.
func (s *service) state(t *trial, c contestant, path string, asked, lost int) string {
	if _, err := s.ask("/pid"); err != nil {
		return "down"
	}
	harm := "unharmed"
	if lost > 0 {
		harm = fmt.Sprintf("%d of %d requests lost", lost, asked)
	}
	t.copyBinary(path)
	pid := s.signal(c.signal)
	upgraded := caught(func() {
		t.until(tooLong, "upgraded", func() bool {
			text, err := s.ask("/pid")
			return err == nil && text != fmt.Sprint(pid)
		})
	}) == nil
	if !upgraded {
		harm += fmt.Sprintf(", no good one within %v", tooLong)
	}
	return harm
}
