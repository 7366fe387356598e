//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// What one generation has and the next one needs: state, and memory.
func stateFaults() []fault {
	return []fault{
		{number: 49, name: "state for the next generation",
			inject: "1 B, 1 MiB, 64 MiB (the reference: 1 GiB); a sender that breaks off; a new version that knows an older schema only",
			pass:   "delivered whole and once per upgrade; in the other two cases the upgrade fails and the old process serves on", run: handedState},
		{number: 58, name: "both generations near the limit of memory", alone: true,
			inject: "a cgroup with 480 MiB; the old process has 240 MiB, the new one wants as much",
			pass:   "what the kernel kills is the new process; the old one serves on", run: outOfMemory},
	}
}

func handedState(t *trial) string {
	var took []string
	for _, size := range []int{1, 1 << 20, 64 << 20} {
		word := fmt.Sprint("state=", size)
		s := t.start("guard=20ms", word)
		s.replace()
		took = append(took, s.expect(fmt.Sprintf(`state of %d bytes in (\S+)`, size))[0])
		s.behave("guard=20ms", word, "old-schema")
		s.refuses(`state of version 2, this program knows 1`)
		s.behave("guard=20ms", word, "corrupt")
		s.replace() // it sends nothing whole to its successor
		s.behave("guard=20ms", word)
		s.refuses(`the store is broken`)
		if n := strings.Count(s.out.String(), "state is asked for"); n != 4 {
			t.failf("the state was asked for %d times in 4 upgrades", n)
		}
		s.done()
	}
	return strings.Join(took, ", ") + "; broken and misunderstood state rolled back"
}

func outOfMemory(t *trial) string {
	group := filepath.Join("/sys/fs/cgroup/memory", filepath.Base(t.folder()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.failf("make a memory cgroup (v1): %w", err)
	}
	t.folders = append(t.folders, group)
	t.must(os.WriteFile(filepath.Join(group, "memory.limit_in_bytes"), []byte("480M"), 0o644), "set the limit")
	before := t.scores(t.confined(group))

	// The kernel may choose a second one before the memory of the first is
	// free again, so one round may say nothing.
	const rounds = 3
	round := 0
	for survived := false; !survived; round++ {
		s := t.confined(group)
		old := s.answers()
		said, err := s.ask("/upgrade")
		survived = err == nil
		switch {
		case survived && (!strings.Contains(said, "signal: killed") || s.answers() != old):
			t.failf("the upgrade said %s", said)
		case survived:
			s.behave("guard=20ms")
			s.replace()
			s.done()
		case round == rounds-1:
			t.failf("the old process was killed in %d of %d rounds", rounds, rounds)
		}
		s.finished = true
		s.kill()
	}
	return fmt.Sprintf("the new process was killed, the old one served on (round %d); scores before the commit: old %d, new %d",
		round, before[0], before[1])
}

// confined starts a service that takes half of the memory of its cgroup.
func (t *trial) confined(group string) *service {
	s := t.prepare("ballast=240", "guard=20ms")
	self := s.cmd.Path
	s.cmd.Path, s.cmd.Args = "/bin/sh", []string{"sh", "-c", "echo $$ > " + filepath.Join(group, "cgroup.procs") + ` && exec "$0"`, self}
	s.launch()
	s.answers()
	s.watch.losses = true
	s.watch.begin()
	return s
}

// scores asks the kernel whom it would choose, before the commit and after it.
func (t *trial) scores(s *service) (before [2]int) {
	score := func(pid int) (n int) { // proc_pid_oom_score(5)
		text, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/oom_score"))
		t.must(err, "ask for the score")
		fmt.Sscan(string(text), &n)
		return n
	}
	old := s.answers()
	s.behave("gate=new", "guard=20ms")
	t.must(syscall.Kill(old, syscall.SIGUSR2), "signal")
	next := s.expectPID(`at gate new (\d+)`)
	before = [2]int{score(old), score(next)}
	if before[1] <= before[0] {
		t.failf("the score of the old process is %d, of the new one, still empty, %d", before[0], before[1])
	}
	s.open("new")
	s.follows(old)
	s.gone(old, patience)
	if after := score(next); after >= before[1] {
		t.failf("the new process has the score %d still", after)
	}
	s.done()
	s.kill()
	return before
}
