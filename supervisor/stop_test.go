//go:build unix

package supervisor_test

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStopFinishesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	r := start(t, "idle=1s") // time for the client, on a busy machine
	slow, idle := r.wire(), r.wire()
	idle.expect("generation 1")
	slow.send("GET /slow?ms=400 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect(`slow began`)
	r.signal(syscall.SIGTERM)
	slow.answer()
	// Its header was written before it was clear that the connection will not
	// live on, so the client may ask once more.
	slow.send(plainRequest)
	if got, closing := slow.answer(); got != "generation 1" || !closing {
		t.Errorf("got %q (close: %t), want to be told to go", got, closing)
	}
	r.end()
	if code := r.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, "drain=1m")
			said := r.stream("/deaf")
			pid := r.answers()
			syscall.Kill(pid, sig)
			r.expect(`stopping`)
			syscall.Kill(pid, sig)
			// Two if that of answers is not quite over.
			r.expect(`generation 1 ended: supervisor: second signal: closed [12] connections`)
			r.end()
			<-said
			if code := r.cmd.ProcessState.ExitCode(); code != 5 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestStopDuringAnUpgradeStopsBoth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, behaviour, reached string }{
		{"at some moment", "", ""},
		{"before New", "gate=new", `at gate new`},
		{"hanging", "hang", `hanging`},
		{"before Run", "gate=run", `at gate run`},
		{"about to take over", "", `running`}, // or just after: the whole group is stopped
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			r.expect(`running`)
			r.behave(c.behaviour)
			pid := r.answers()
			syscall.Kill(pid, syscall.SIGUSR2)
			r.expect(c.reached)
			if c.reached == "running" {
				pid = -pid
			}
			syscall.Kill(pid, syscall.SIGTERM)
			r.end()
			if code := r.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// A successor that is stopped on purpose, while its predecessor is still
// around, has not crashed: nobody takes up again.
func TestStopRightAfterAnUpgradeStopsBoth(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.upgrade()
	r.signal(syscall.SIGTERM)
	r.end()
}

// A stuck successor must not keep its predecessor from ending.
func TestDrainForAProcessThatIsStuck(t *testing.T) {
	t.Parallel()
	r := start(t, "drain=1s")
	old := r.answers()
	wires := make([]*wire, 600)
	for i := range wires {
		wires[i] = r.wire()
		wires[i].expect("generation 1")
	}
	hold := r.wire()
	hold.send("GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n")
	r.behave("freeze")
	syscall.Kill(old, syscall.SIGUSR2)
	r.expect(`at gate freeze`)
	r.expect(`generation 1 ended: supervisor: drain deadline: closed 1 connections`)
	r.open("freeze")
	if got := r.get("/"); got != "generation 2\n" {
		t.Error(got)
	}
}

// What a load balancer needs: it is told, and goes on being served meanwhile.
func TestStopDelay(t *testing.T) {
	t.Parallel()
	r := start(t, "stopdelay=1h")
	w := r.wire()
	w.expect("generation 1")
	if got := r.get("/welcoming"); got != "true" {
		t.Error("ready before the stop: ", got)
	}
	r.replace() // without any delay
	if got := r.get("/welcoming"); got != "true" {
		t.Error("ready after an upgrade: ", got)
	}
	pid := r.answers()
	syscall.Kill(pid, syscall.SIGTERM)
	for r.get("/welcoming") != "false" {
	}
	w.send(plainRequest)
	if got, closing := w.answer(); got != "generation 2" || closing {
		t.Errorf("got %q (close: %t)", got, closing)
	}
	if got := r.get("/upgrade"); !strings.Contains(got, "stopping") {
		t.Errorf("upgrade during the delay: %s", got)
	}
	syscall.Kill(pid, syscall.SIGTERM)
	r.expect(`the stop delay is over`)
	r.end()
	if code := r.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// net/http waits until a connection without a request is five seconds old. The
// grace that a program has chosen counts instead.
func TestLateConnectionDoesNotHoldTheDrain(t *testing.T) {
	t.Parallel()
	r, addr, _ := startTLS(t, "h1", "arrive=200ms", "drain=30s")
	late := dial(t, "tcp", addr)
	late.send("\x16") // the first byte of a handshake, so that it cannot move
	late.nc.SetDeadline(time.Now().Add(patience))
	r.get("/") // accepted after it
	r.upgrade()
	took, err := time.ParseDuration(r.expect(`drained.* took=(\S+)`)[1])
	if err != nil || took > 4*time.Second {
		t.Errorf("the drain took %v, %v", took, err)
	}
	if _, err := late.br.ReadByte(); err == nil {
		t.Error("the late connection got something")
	}
}
