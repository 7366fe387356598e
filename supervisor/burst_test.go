//go:build linux

package supervisor_test

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// generation returns which one serves.
func (r *running) generation() int {
	r.t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(r.get("/"), "generation ")))
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// However many signals arrive during an attempt, they ask for one more, which
// starts what then stands at the path.
func TestBurstOfSignalsQueuesOneUpgrade(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.behave("gate=new")
	pid := r.answers()
	syscall.Kill(pid, syscall.SIGUSR2)
	r.expect(`at gate new`)
	for range 100 {
		syscall.Kill(pid, syscall.SIGUSR2)
	}
	r.taken(pid)
	r.behave()
	r.open("new")
	r.expect(`generation 1 ended: <nil>`)
	r.expect(`generation 2 ended: <nil>`)
	if got := r.generation(); got != 3 {
		t.Errorf("generation %d serves", got)
	}
}

func TestBurstDuringAFailingAttempt(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.behave("gate=new")
	pid := r.answers()
	syscall.Kill(pid, syscall.SIGUSR2)
	failing := r.expectPID(`at gate new (\d+)\n`)
	for range 100 {
		syscall.Kill(pid, syscall.SIGUSR2)
	}
	r.taken(pid)
	r.behave()
	syscall.Kill(failing, syscall.SIGKILL)
	r.expect(`generation 1 ended: <nil>`)
	if got := r.generation(); got != 2 {
		t.Errorf("generation %d serves", got)
	}
}

// Signals that come while a process cannot act on them must not crowd out the
// one that stops it.
func TestStopIsHeardBehindABurst(t *testing.T) {
	t.Parallel()
	r := start(t, "ready=20s")
	old := r.answers()
	r.behave("gate=run")
	syscall.Kill(old, syscall.SIGUSR2)
	young := r.expectPID(`at gate run (\d+)\n`)
	// The old process cannot commit, so the new one stands in Run and waits.
	syscall.Kill(old, syscall.SIGSTOP)
	r.open("run")
	r.expect(`running`)
	for range 100 {
		syscall.Kill(young, syscall.SIGUSR2)
		r.taken(young)
	}
	syscall.Kill(young, syscall.SIGTERM)
	r.taken(young)
	syscall.Kill(old, syscall.SIGCONT)
	r.end()
}

func TestSignalBeforeTheProgramListensForIt(t *testing.T) {
	t.Parallel()
	r := prepare(t, "gate=new", "gate=run")
	r.launch()
	pid := r.expectPID(`at gate new (\d+)\n`)
	syscall.Kill(pid, syscall.SIGUSR2) // nobody takes it
	r.taken(pid)
	r.open("new")
	r.expect(`at gate run`)
	syscall.Kill(pid, syscall.SIGUSR2) // New does, and Run acts on it
	r.taken(pid)
	r.behave()
	r.open("run")
	r.expect(`generation 1 ended: <nil>`)
	if got := r.generation(); got != 2 {
		t.Errorf("generation %d serves", got)
	}
}

func TestUpgradeWaitsForThePredecessor(t *testing.T) {
	t.Parallel()
	r := start(t)
	for i := range 5 {
		slow, idle := r.wire(), r.wire()
		idle.expect(fmt.Sprint("generation ", 2*i+1))
		slow.send("GET /slow?ms=500 HTTP/1.1\r\nHost: x\r\n\r\n")
		r.expect(`slow began`)
		r.upgrade()
		r.expect(`draining`) // so that the next connection is not its own
		fresh := r.wire()
		fresh.send(plainRequest[:20]) // half of a first request
		r.upgrade()
		if got, _ := slow.answer(); got != fmt.Sprint("generation ", 2*i+1) {
			t.Error(got)
		}
		fresh.send(plainRequest[20:])
		fresh.answer()
		for _, w := range []*wire{idle, slow, fresh} {
			w.reach(fmt.Sprint("generation ", 2*i+3))
		}
	}
}
