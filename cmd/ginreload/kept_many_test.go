//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// inventory is what a ginreload has at rest.
type inventory struct {
	descriptors map[string]int // by kind
	processes   int
	threads     int
	goroutines  int
}

// Reloads leave nothing behind. GINRELOAD_RELOADS says how many.
func TestManyReloadsLeakNothing(t *testing.T) {
	binary, reloads := actor(t), number(t, "GINRELOAD_RELOADS", 10)
	few, many := reloaded(t, binary, 3), reloaded(t, binary, reloads)
	t.Logf("after 3 reloads: %+v", few)
	t.Logf("after %d reloads: %+v", reloads, many)
	for _, kinds := range []map[string]int{few.descriptors, many.descriptors} {
		for kind := range kinds {
			if few.descriptors[kind] != many.descriptors[kind] {
				t.Errorf("%d descriptors of %s after 3 reloads, %d after %d", few.descriptors[kind], kind, many.descriptors[kind], reloads)
			}
		}
	}
	if few.processes != many.processes || few.goroutines != many.goroutines {
		t.Errorf("%d processes and %d goroutines after 3 reloads, %d and %d after %d",
			few.processes, few.goroutines, many.processes, many.goroutines, reloads)
	}
}

// reloaded is what is there after so many reloads under load, when all but the
// last version have left.
func reloaded(t *testing.T, binary string, times int) inventory {
	s := perform(t, binary, ordinary(1))
	const pace = 20 * time.Millisecond
	load := supervisortest.Load{URL: s.url(), NewConn: 1, Every: pace, KeepAlive: 2, Think: pace}
	report := during(t, load, func() {
		for version := 2; version <= times+1; version++ {
			s.play(ordinary(version))
		}
		s.awaitGone()
	})
	nobodyFailed(t, report)
	s.expect(ordinary(times + 1).Text)
	pid := s.cmd.Process.Pid
	found := inventory{descriptors: descriptors(t, pid), processes: len(marked(s.tmp))}
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	found.threads = len(threads)
	// The runtime tells its goroutines when it is killed so.
	send(t, s.tool, syscall.SIGQUIT)
	<-s.gone()
	found.goroutines = strings.Count(s.output.String(), "\ngoroutine ")
	s.checkNothingLeft()
	return found
}

var identity = regexp.MustCompile(`:\[\d+\]|\d+`)

// descriptors counts what a process has open.
func descriptors(t *testing.T, pid int) map[string]int {
	t.Helper()
	found := map[string]int{}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil {
			found[identity.ReplaceAllString(target, "")]++
		}
	}
	return found
}
