//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What one generation has and the next one needs: state, and memory.
func stateFaults() []fault {
	return []fault{
		{number: 49, name: "state for the next generation",
			inject: "1 B, 1 MiB, 64 MiB (the reference: 1 GiB); a sender that breaks off; a new version that knows an older schema only",
			pass:   "delivered whole and once per upgrade; in the other two cases the upgrade fails and the old process serves on", run: handedState},
		{number: 58, name: "both generations near the limit of memory", alone: true,
			inject: "a cgroup with 160 MiB; the old process has 80 MiB, the new one wants 80 MiB more",
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
	set := func(file, value string) {
		t.must(os.WriteFile(filepath.Join(group, file), []byte(value), 0o644), "set "+file)
	}
	set("memory.limit_in_bytes", "160M")
	set("memory.swappiness", "0")
	s := t.prepare("ballast=80", "guard=20ms")
	self := s.cmd.Path
	s.cmd.Path = "/bin/sh"
	s.cmd.Args = []string{"sh", "-c", "echo $$ > " + filepath.Join(group, "cgroup.procs") + ` && exec "$0"`, self}
	s.launch()
	old := s.answers()
	s.watch.begin()
	s.behave("ballast=80")
	s.refuses(`signal: killed`)
	if s.answers() != old {
		t.failf("process %d is not the one that serves", old)
	}
	s.behave("guard=20ms")
	s.replace()
	s.done()
	s.kill()
	t.until(patience, "empty: the cgroup", func() bool { return os.Remove(group) == nil })
	return "the new process was killed, the old one served on"
}
