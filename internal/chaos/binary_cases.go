//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The binary that is to be started.
func binaryFaults() []fault {
	return []fault{
		{number: 26, name: "binary replaced in every way",
			inject: "by rename; truncated and written; empty; deleted; its folder deleted; chmod 000; a folder; wrong architecture; a text file",
			pass:   "after a rename the upgrade succeeds; in all other cases it fails with a reason and the old process serves on", run: brokenBinaries},
		{number: 27, name: "text file busy",
			inject: "the new binary is held open for writing for 300 ms, and for 5 s",
			pass:   "the first upgrade succeeds, the second fails with a reason or succeeds when the file is let go; the old process serves on", run: busyBinary},
		{number: 28, name: "binary that is still being copied",
			inject: "the file grows for 1 s while the upgrade is asked for",
			pass:   "no half file takes over: the upgrade fails, or waits and succeeds; the old process serves on", run: growingBinary},
		{number: 29, name: "where the binary is found",
			inject: "a symlink that is turned to a new release; a relative argv[0] and a change of the folder; argv[0] found in PATH",
			pass:   "the new release runs each time", run: whereItIs},
	}
}

// ownBinary starts a service from a copy of the program that can be broken.
func (t *trial) ownBinary(words ...string) (s *service, path string) {
	s = t.prepare(words...)
	path = filepath.Join(s.dir, "release", "app")
	t.must(os.Mkdir(filepath.Dir(path), 0o755), "make a folder")
	t.copyBinary(path)
	s.cmd.Path, s.cmd.Args = path, []string{path}
	s.launch()
	s.answers()
	s.watch.begin()
	return s, path
}

// copyBinary puts the program at path by a rename, as an install should.
func (t *trial) copyBinary(path string) {
	text, err := os.ReadFile(t.binary)
	t.must(err, "read the program")
	// A process that another trial forks has this file open for writing until its
	// exec, and nobody can execute it meanwhile (golang/go#22315).
	syscall.ForkLock.RLock()
	err = os.WriteFile(path+".new", text, 0o755)
	syscall.ForkLock.RUnlock()
	t.must(err, "write the program")
	t.must(os.Rename(path+".new", path), "rename the program")
}

func brokenBinaries(t *trial) string {
	s, path := t.ownBinary("guard=20ms", "ready=2s")
	dir := filepath.Dir(path)
	whole, err := os.ReadFile(t.binary)
	t.must(err, "read the program")
	put := func(text string, mode os.FileMode) {
		t.must(os.RemoveAll(dir), "remove")
		t.must(os.Mkdir(dir, 0o755), "make a folder")
		t.must(os.WriteFile(path, []byte(text), mode), "write")
		t.must(os.Chmod(path, mode), "chmod")
	}
	arm := []byte(string(whole))
	arm[18] = 0xb7 // e_machine of AArch64, elf(5)
	cases := []struct {
		name string
		make func()
	}{
		{"truncated", func() { put(string(whole[:len(whole)/3]), 0o755) }},
		{"empty", func() { put("", 0o755) }},
		{"deleted", func() { t.must(os.Remove(path), "remove") }},
		{"folder deleted", func() { t.must(os.RemoveAll(dir), "remove") }},
		{"chmod 000", func() { put(string(whole), 0) }},
		{"a folder", func() {
			t.must(os.RemoveAll(dir), "remove")
			t.must(os.MkdirAll(path, 0o755), "make a folder")
		}},
		{"wrong architecture", func() { put(string(arm), 0o755) }},
		{"text file", func() { put("not a program\n", 0o755) }},
	}
	for _, c := range cases {
		c.make()
		if err := caught(func() { s.refuses(`upgrade`) }); err != nil {
			t.failf("%s: %w", c.name, err)
		}
	}
	t.must(os.RemoveAll(dir), "remove")
	t.must(os.Mkdir(dir, 0o755), "make a folder")
	t.copyBinary(path)
	s.replace()
	return fmt.Sprintf("%d of %d broken ones refused, a renamed one runs", len(cases), len(cases))
}

func busyBinary(t *trial) string {
	s, path := t.ownBinary("guard=20ms")
	// A copy, as the file that runs cannot be opened for writing either.
	t.copyBinary(path)
	hold := func(d time.Duration) func() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		t.must(err, "hold the binary")
		return t.spawn(func() { t.pause(d); f.Close() })
	}
	wait := hold(300 * time.Millisecond)
	begun := time.Now()
	if got := s.try(); !strings.HasPrefix(got, "replaced by 2 ") {
		t.failf("held for 300 ms: %s", got)
	}
	first := time.Since(begun)
	wait()
	t.until(patience, "left: the old generation", func() bool { return len(s.living()) == 1 })
	t.copyBinary(path)
	wait = hold(5 * time.Second)
	begun = time.Now()
	got := s.try()
	long := time.Since(begun)
	wait()
	if strings.Contains(got, "error") && !strings.Contains(got, "open for writing") {
		t.failf("held for 5 s: %s", got)
	}
	what := "failed with the reason"
	if !strings.Contains(got, "error") {
		what = "succeeded"
	}
	return fmt.Sprintf("held for 300 ms: succeeded after %v; for 5 s: %s after %v", first.Round(time.Millisecond), what, long.Round(time.Millisecond))
}

func growingBinary(t *trial) string {
	s, path := t.ownBinary("guard=20ms")
	whole, err := os.ReadFile(t.binary)
	t.must(err, "read the program")
	t.must(os.Remove(path), "remove")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	t.must(err, "create the binary")
	const pieces = 20
	write := func(i int) {
		_, err := f.Write(whole[len(whole)*i/pieces : len(whole)*(i+1)/pieces])
		t.must(err, "write the binary")
	}
	write(0)
	wait := t.spawn(func() {
		for i := 1; i < pieces; i++ {
			t.pause(50 * time.Millisecond)
			write(i)
		}
		f.Close()
	})
	old := s.answers()
	begun := time.Now()
	got := s.try()
	took := time.Since(begun)
	wait()
	if !strings.Contains(got, "error") {
		return fmt.Sprintf("waited and succeeded after %v", took.Round(time.Millisecond))
	}
	if pid := s.answers(); pid != old {
		t.failf("process %d serves, not %d", pid, old)
	}
	s.replace()
	return fmt.Sprintf("refused after %v, complete it runs", took.Round(time.Millisecond))
}

// runs wants generation n to have been started from this file.
func (s *service) runs(pid int, path string) {
	got, err := os.Readlink(fmt.Sprint("/proc/", pid, "/exe"))
	s.t.must(err, "ask what runs")
	want, err := filepath.EvalSymlinks(path)
	s.t.must(err, "follow the link")
	if got != want {
		s.t.failf("process %d runs %s, not %s", pid, got, want)
	}
}

func whereItIs(t *trial) string {
	// releases makes two of them and a link to the first.
	releases := func(s *service) (link string, flip func()) {
		for _, name := range []string{"v1", "v2"} {
			t.must(os.Mkdir(filepath.Join(s.dir, name), 0o755), "make a folder")
			t.copyBinary(filepath.Join(s.dir, name, "app"))
		}
		link = filepath.Join(s.dir, "current")
		t.must(os.Symlink("v1", link), "link")
		return link, func() {
			t.must(os.Symlink("v2", link+".new"), "link")
			t.must(os.Rename(link+".new", link), "turn the link")
		}
	}
	for name, start := range map[string]func(s *service, link string){
		"symlink": func(s *service, link string) {
			s.cmd.Path = filepath.Join(link, "app")
			s.cmd.Args = []string{s.cmd.Path}
		},
		"relative, then chdir": func(s *service, link string) {
			s.cmd.Path, s.cmd.Args, s.cmd.Dir = filepath.Join(link, "app"), []string{"./current/app"}, s.dir
			s.behave("guard=20ms", "chdir=/")
		},
		"PATH": func(s *service, link string) {
			s.cmd.Path, s.cmd.Args = filepath.Join(link, "app"), []string{"app"}
			s.cmd.Env = append(s.cmd.Env, "PATH="+link+":"+os.Getenv("PATH"))
		},
	} {
		s := t.prepare("guard=20ms")
		link, flip := releases(s)
		start(s, link)
		s.launch()
		s.answers()
		s.watch.begin()
		flip()
		if got := s.try(); !strings.HasPrefix(got, "replaced by 2 ") {
			t.failf("%s: %s", name, got)
		}
		t.until(patience, "left: the old generation", func() bool { return len(s.living()) == 1 })
		s.runs(s.answers(), filepath.Join(s.dir, "v2", "app"))
		s.done()
	}
	return "the new release runs in all 3"
}
