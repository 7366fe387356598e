//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What an operator has set up: checks, a PID file, hooks.
func operatorFaults() []fault {
	return []fault{
		{number: 16, name: "new process starts, but is not fit",
			inject: "its own readiness check fails; the probe gets 500; the probe gets no answer (ReadyTimeout 1 s); the probe wants another version",
			pass:   "each upgrade fails for that reason within ReadyTimeout + 1 s, and no client was answered by the unfit process", run: unfit},
		{number: 18, name: "crash loop",
			inject: "SIGUSR2 every 100 ms for 4 s with a binary that always exits",
			pass:   "after 3 failures the binary has to wait, longer each time; the old process needs less than 5 % of a core for it; a new binary is tried at once", run: crashLoop},
		{number: 33, name: "PID file on a full disk, and in a folder that cannot be written to",
			inject: "a file system without a free byte; rights dropped after the file was opened",
			pass:   "upgrades succeed without delay; in the folder the file follows", run: pidFileTroubles},
		{number: 34, name: "PID file: stale, foreign, locked, polled",
			inject: "it names a dead and a foreign process at the start; a second instance; 5 upgrades, 3 that fail, and a new process killed right after the commit; read every ms",
			pass:   "stale ones are taken over, the second instance refuses and names the first; at every read a process that serves; removed at the end", run: pidFile},
		{number: 50, name: "SIGUSR1 with a log that was moved, SIGHUP with a bad configuration",
			inject: "the log is moved in the middle of a drain, SIGUSR1 to the new process; a bad configuration, then a good one",
			pass:   "both generations write to the new log; the bad configuration changes nothing, the good one is read", run: hooks},
	}
}

func unfit(t *trial) string {
	s := t.start("ready=1s", "version=1")
	before := s.answers()
	var took []string
	for _, c := range []struct {
		name, want string
		next       []string
	}{
		{"own check", "the database does not answer", []string{"unready"}},
		{"500", "500", []string{"probe=/health", "unhealthy"}},
		{"no answer", "not ready after 1s", []string{"probe=/health", "sluggish"}},
	} {
		s.behave(append(c.next, "ready=1s")...)
		begun := time.Now()
		s.refuses(regexp.QuoteMeta(c.want))
		took = append(took, fmt.Sprintf("%s %v", c.name, time.Since(begun).Round(10*time.Millisecond)))
		t.within(2*time.Second, time.Since(begun), c.name+": rolled back")
	}
	if s.answers() != before {
		t.failf("another process serves")
	}
	s.done()

	s = t.start("wants=2", "version=1")
	s.behave("version=1")
	s.refuses(`it is version "1", want "2"`)
	s.behave("version=2")
	s.replace()
	return fmt.Sprintf("rolled back: %s, wrong version; clients were answered by the old process only", strings.Join(took, ", "))
}

// ticks are those of the CPU that a process has used, 100 a second.
func (t *trial) ticks(pid int) int {
	text, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	t.must(err, "read the times of the process")
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

func crashLoop(t *trial) string {
	s, path := t.ownBinary("backoff=30s", "guard=20ms")
	s.watch.end() // the probes would be what the CPU is used for
	s.behave("exit")
	pid := s.answers()
	begun := time.Now()
	before := t.ticks(pid)
	asked := 0
	for time.Since(begun) < 4*time.Second {
		t.must(syscall.Kill(pid, syscall.SIGUSR2), "signal")
		asked++
		t.pause(100 * time.Millisecond)
	}
	used := float64(t.ticks(pid)-before) / 100 / time.Since(begun).Seconds()
	text := s.out.String()
	starts, refusals := strings.Count(text, `kind="started"`), strings.Count(text, `kind="upgrade refused"`)
	if starts < 4 || starts > 7 || refusals < 3 {
		t.failf("%d signals led to %d starts and %d refusals", asked, starts, refusals)
	}
	if used > 0.05 {
		t.failf("the old process used %.1f %% of a core", used*100)
	}
	s.behave("guard=20ms")
	t.copyBinary(path)
	if got := s.try(); !strings.HasPrefix(got, "replaced by 2 ") {
		t.failf("another binary: %s", got)
	}
	return fmt.Sprintf("%d signals: %d starts, %d refused; the old process used %.1f %% of a core; another binary ran at once", asked, starts, refusals, used*100)
}

func pidFileTroubles(t *trial) string {
	if os.Getuid() != 0 {
		t.failf("no file system can be mounted: run as root")
	}
	full := t.folder()
	t.must(syscall.Mount("tmpfs", full, "tmpfs", 0, "size=4k"), "mount a small file system")
	t.atEnd(func() { syscall.Unmount(full, syscall.MNT_DETACH) })
	t.must(os.WriteFile(filepath.Join(full, "filler"), make([]byte, 4096), 0o644), "fill it")
	s := t.start("guard=20ms", "pidfile="+filepath.Join(full, "pid"))
	begun := time.Now()
	for range 3 {
		s.replace()
	}
	took := time.Since(begun) / 3
	s.done()

	s = t.prepare()
	pidFile := filepath.Join(s.dir, "run", "pid")
	t.must(os.Mkdir(filepath.Dir(pidFile), 0o755), "make a folder")
	s.lend(stranger + 2)
	s.behave("guard=20ms", "pidfile="+pidFile, fmt.Sprint("setuid=", stranger+2))
	s.watch.pidFile = pidFile
	s.launch()
	s.answers()
	s.watch.begin()
	for range 3 {
		s.replace()
	}
	return fmt.Sprintf("full: 3 upgrades of %v each; rights dropped: the file was right at each of %d reads over 3 upgrades",
		took.Round(time.Millisecond), s.watch.polls())
}

func pidFile(t *trial) string {
	s := t.prepare()
	path := filepath.Join(s.dir, "pid")
	words := []string{"guard=50ms", "pidfile=" + path}
	s.behave(words...)
	for _, old := range []string{"999999\n", fmt.Sprintln(os.Getpid())} {
		t.must(os.WriteFile(path, []byte(old), 0o644), "write a stale PID file")
		first := t.prepare("pidfile="+path, "nosocket")
		first.watch.noUnix = true
		first.launch()
		pid := first.answers()
		if text, err := os.ReadFile(path); strings.TrimSpace(string(text)) != fmt.Sprint(pid) {
			t.failf("instead of %d: %q, %v", pid, text, err)
		}
		first.done()
	}
	s.watch.pidFile = path
	s.launch()
	pid := s.answers()
	s.watch.begin()

	second := t.prepare("pidfile="+path, "nosocket")
	second.launch()
	second.expect(fmt.Sprintf(`locked by another instance of the program \(PID %d\)`, pid))
	second.end()

	for range 5 {
		s.replace()
	}
	for range 3 {
		s.behave("exit")
		s.refuses("exit status 3")
	}
	hold, letGo := s.hold()
	s.watch.doubt(true) // between the death and its discovery it names the dead one
	s.behave(append(words, "die=serving")...)
	s.signal(syscall.SIGUSR2)
	s.expect(`kind="(took up again|upgrade failed)"`)
	s.watch.doubt(false)
	letGo()
	hold.answer()
	hold.close()
	s.watch.losses = true // what the dead one had accepted
	s.behave(words...)
	s.replace()
	s.done()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.failf("the file is still there after the stop: %v", err)
	}
	return fmt.Sprintf("right at each of %d reads; stale ones taken over, the second instance refused, removed at the end", s.watch.polls())
}

func hooks(t *trial) string {
	s := t.start("guard=20ms", "log")
	dir := func(name string) string { return filepath.Join(s.dir, name) }
	hold, letGo := s.hold()
	s.upgrade()
	t.must(os.Rename(dir("log"), dir("log.1")), "move the log")
	s.signal(syscall.SIGUSR1)
	t.until(patience, "reopened by both", func() bool {
		text := s.out.String() // in either order
		return strings.Contains(text, `kind="reopened" generation=1`) && strings.Contains(text, `kind="reopened" generation=2`)
	})
	s.get("/log")
	letGo()
	hold.answer()
	hold.close()
	text, err := os.ReadFile(dir("log"))
	t.must(err, "read the new log")
	if got := string(text); got != "generation 2\ngeneration 1\n" {
		t.failf("the new log holds %q", got)
	}
	if moved, _ := os.ReadFile(dir("log.1")); len(moved) > 0 {
		t.failf("the old log got %q", moved)
	}
	t.must(os.WriteFile(dir("config"), []byte("bad"), 0o644), "write the configuration")
	s.signal(syscall.SIGHUP)
	s.expect(`kind="reloaded".*err="config: bad is not a setting"`)
	if got := s.get("/config"); got != "none" {
		t.failf("configuration %q", got)
	}
	t.must(os.WriteFile(dir("config"), []byte("good"), 0o644), "write the configuration")
	s.signal(syscall.SIGHUP)
	s.expect(`kind="reloaded".*err="<nil>"`)
	if got := s.get("/config"); got != "good" {
		t.failf("configuration %q", got)
	}
	return "the new log has a line of each, the moved one none; a bad configuration kept the old one"
}
