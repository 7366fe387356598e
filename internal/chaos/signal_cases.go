//go:build linux

package main

import (
	"fmt"
	"strings"
	"syscall"
	"time"
)

// Signals at bad moments.
func signalFaults() []fault {
	return []fault{
		{number: 21, name: "many SIGUSR2",
			inject: "a second one during an upgrade, one during the drain, and 1000 within a second",
			pass:   "each burst ends with at most one generation more than was under way; never more than 2 live", run: manySignals},
		{number: 22, name: "SIGUSR2 during start-up and during a stop",
			inject: "at gates before New, after New, before Run; at 20 random moments of the first 60 ms; during the drain of a stop",
			pass:   "the process is never terminated by it, and a stop ends with exit code 0", run: signalsWhileStarting},
		{number: 24, name: "TERM to the process group during a drain",
			inject: "an upgrade, then SIGTERM to all generations with a request of 600 ms in flight in each",
			pass:   "both requests are answered, all generations end, exit code 0", run: termToGroup},
		{number: 25, name: "TERM or INT twice",
			inject: "the second one while a stream ignores the first",
			pass:   "the process is gone within 100 ms of the second; what was cut is counted", run: termTwice},
	}
}

func manySignals(t *trial) string {
	s := t.start("guard=20ms")
	s.behave("guard=20ms", "gate=run")
	old := s.signal(syscall.SIGUSR2)
	s.expect(`at gate run`)
	t.must(syscall.Kill(old, syscall.SIGUSR2), "signal") // is queued
	s.behave("guard=20ms")
	s.open("run")
	s.expect(`event pid=\d+ kind="serving" generation=3`)
	s.expect(`kind="draining" generation=2`) // until then it accepts too

	hold, letGo := s.hold() // keeps generation 3 in its drain
	third := s.upgrade()
	t.must(syscall.Kill(third, syscall.SIGUSR2), "signal") // waits for generation 3
	letGo()
	s.expect(`event pid=\d+ kind="serving" generation=5`)
	hold.answer()
	hold.close()

	before := len(s.out.begun())
	begun := time.Now()
	for range 1000 {
		syscall.Kill(s.answering(), syscall.SIGUSR2)
		t.pause(time.Millisecond)
	}
	burst := time.Since(begun)
	t.until(patience, "quiet", func() bool { // no upgrade is under way or queued
		text := s.out.String()
		return len(s.living()) == 1 && strings.Count(text, `kind="upgrade begun"`) == strings.Count(text, `kind="replaced"`)+strings.Count(text, `kind="upgrade failed"`)
	})
	return fmt.Sprintf("queued one during an upgrade and one during a drain; 1000 signals in %v: %d upgrades, at most %d generations at a time",
		burst.Round(10*time.Millisecond), len(s.out.begun())-before, s.watch.most)
}

// answering is the newest generation that lives and serves.
func (s *service) answering() int {
	text, pids := s.out.String(), s.out.begun()
	for i := len(pids) - 1; i >= 0; i-- {
		if strings.Contains(text, fmt.Sprintf(`event pid=%d kind="serving"`, pids[i])) && alive(pids[i]) {
			return pids[i]
		}
	}
	return s.answers()
}

func signalsWhileStarting(t *trial) string {
	for _, gate := range []string{"start", "new", "run"} {
		s := t.prepare("gate=" + gate)
		s.launch()
		pid := s.expectPID(`at gate ` + gate + ` (\d+)`)
		t.must(syscall.Kill(pid, syscall.SIGUSR2), "signal")
		s.open(gate)
		s.expect(`kind="serving"`)
		s.done()
	}
	for range 20 {
		s := t.prepare()
		s.launch()
		s.expectPID(`pid (\d+) begins`) // before that, the kernel's default is to terminate
		t.pause(t.moment(60 * time.Millisecond))
		t.must(syscall.Kill(s.cmd.Process.Pid, syscall.SIGUSR2), "signal")
		s.answers()
		s.done()
	}
	s := t.start()
	stream := s.webSocket("?deaf=1")
	pid := s.signal(syscall.SIGTERM)
	s.watch.end()
	s.expect(`kind="draining"`)
	for range 10 {
		t.must(syscall.Kill(pid, syscall.SIGUSR2), "signal")
	}
	stream.close()
	s.end()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.failf("exit code %d after a stop", code)
	}
	if n := len(s.out.begun()); n != 1 {
		t.failf("%d generations", n)
	}
	return "23 starts and a stop, none was terminated by it"
}

func termToGroup(t *trial) string {
	s := t.start("drain=10s")
	slow := func() *wire {
		w := s.wire()
		w.send("GET /slow?ms=600 HTTP/1.1\r\nHost: x\r\n\r\n")
		s.expect("slow began")
		return w
	}
	first := slow()
	s.upgrade()
	s.expect(`kind="draining" generation=1`) // until then it accepts too
	second := slow()
	s.watch.end()
	t.must(syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM), "signal the group")
	begun := time.Now()
	for i, w := range []*wire{first, second} {
		if got, _ := w.answer(); got != fmt.Sprint("generation ", i+1) {
			t.failf("request %d was answered by %s", i+1, got)
		}
		w.close()
	}
	s.end()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.failf("exit code %d", code)
	}
	return fmt.Sprintf("2 of 2 in flight answered, all gone after %v", time.Since(begun).Round(10*time.Millisecond))
}

func termTwice(t *trial) string {
	var worst time.Duration
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		s := t.start("drain=1m")
		stream := s.webSocket("?deaf=1")
		s.watch.end()
		pid := s.signal(sig)
		s.expect(`kind="draining"`)
		t.must(syscall.Kill(pid, sig), "signal")
		begun := time.Now()
		s.end()
		worst = max(worst, time.Since(begun))
		stream.close()
		if code := s.cmd.ProcessState.ExitCode(); code != exitCut {
			t.failf("exit code %d, want %d", code, exitCut)
		}
	}
	t.within(100*time.Millisecond, worst, "it was gone")
	return fmt.Sprintf("gone at most %v after the second signal, 1 connection counted", worst.Round(time.Millisecond))
}
