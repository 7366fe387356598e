//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// Whenever ginreload is killed, its programs go with it: none is left, none
// hangs in a system call that nobody answers any more, and the addresses are free.
func TestKilledWithKeptSockets(t *testing.T) {
	const withPath = "with a path"
	binary, path := actor(t), filepath.Join(shortDir(t), "socket")
	for _, c := range []struct {
		name  string
		first func(*part)
		until func(s *stage)
	}{
		{"while it serves", nil, func(*stage) {}},
		{"while the next version starts", nil, func(s *stage) {
			next := ordinary(2)
			next.Late = int(time.Hour / time.Millisecond)
			s.save(next)
			s.awaitStarting()
		}},
		{"while the next version binds", nil, func(s *stage) { s.stallInBind(2) }},
		{"right after the next version was ready", nil, func(s *stage) { s.play(ordinary(2)) }},
		{"while a version drains", nil, func(s *stage) {
			request(s.t, s.tool, "/slow?ms=3600000")
			s.play(ordinary(2))
			s.play(ordinary(3))
			s.awaitGeneration(2) // its guard is over, so that of the first one is too
		}},
		{"while a version that is deaf to signals is stopped", func(p *part) { p.Remain = true }, func(s *stage) {
			s.play(ordinary(2))
			s.play(ordinary(3))
			s.awaitGeneration(2)
		}},
		{"while nothing runs", nil, func(s *stage) {
			kill(s.t, s.all(event.Reloaded)[0].PID)
			s.awaitKind(event.AppExited)
		}},
		{withPath, func(p *part) { p.Listen = append(p.Listen, "unix "+path) }, func(s *stage) {
			next := ordinary(2)
			next.Listen = append(next.Listen, "unix "+path)
			s.play(next)
		}},
		{"with children that accept", func(p *part) { p.Prefork = 2 }, func(*stage) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := ordinary(1)
			if c.first != nil {
				c.first(&first)
			}
			s := perform(t, binary, first)
			c.until(s)
			killed(t, s.tool)
			<-s.gone()
			s.checkNothingLeft()
			ln, err := net.Listen("tcp", "127.0.0.1:"+s.port)
			if err != nil {
				t.Fatalf("another program cannot listen there: %v", err)
			}
			ln.Close()
			if _, err := os.Lstat(path); c.name == withPath && err == nil {
				t.Errorf("%s is left", path)
			}
		})
	}
}

// awaitStarting waits for the next process that is started.
func (s *stage) awaitStarting() event.Event {
	s.t.Helper()
	return s.awaitKind(event.AppStarting)
}

// awaitGeneration waits until a generation has left.
func (s *stage) awaitGeneration(number int) {
	s.t.Helper()
	s.await(fmt.Sprintf("end of generation %d", number), func(e event.Event) bool {
		return e.Kind == event.AppGone && e.Generation == number
	})
}

// stallInBind stops ginreload while a new version is about to listen, and
// returns when that one waits for an answer to it.
func (s *stage) stallInBind(version int) {
	s.t.Helper()
	next := ordinary(version)
	next.Late = 500
	s.save(next)
	e := s.awaitStarting()
	send(s.t, s.tool, syscall.SIGSTOP)
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(20 * time.Second); !calls(e.PID, syscall.SYS_BIND, syscall.SYS_LISTEN); <-look.C {
		if time.Now().After(end) {
			s.t.Fatal("the new version never came to bind")
		}
	}
}

// calls reports whether a thread of the process is in one of the system calls
// (proc_pid_syscall(5)).
func calls(pid int, numbers ...int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	return slices.ContainsFunc(tasks, func(task string) bool {
		text, _ := os.ReadFile(task)
		return slices.ContainsFunc(numbers, func(n int) bool { return strings.HasPrefix(string(text), fmt.Sprint(n, " ")) })
	})
}
