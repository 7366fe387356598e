//go:build unix

package supervisor_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

func TestUpgradesUnderLoadLoseNothing(t *testing.T) {
	t.Parallel()
	upgrades := 8
	if testing.Short() {
		upgrades = 4
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, think := range []time.Duration{0, 10 * time.Millisecond} {
		t.Run("think "+think.String(), func(t *testing.T) {
			t.Parallel()
			port, out := freePort(t), &output{more: make(chan struct{})}
			p := supervisortest.Program{
				Path: self, Env: []string{appEnv + "=" + t.TempDir(), "PORT=" + port, quickExit},
				Signal: syscall.SIGUSR2, URL: "http://127.0.0.1:" + port, Output: out,
			}
			load := supervisortest.Load{
				URL: p.URL, KeepAlive: 16, Think: think, Idle: 8, IdleThink: 300 * time.Millisecond, NewConn: 4,
				Slow: 4, SlowPath: "/slow?ms=200", Upload: 4, UploadPath: "/upload",
			}
			report, all, err := p.UpgradeUnderLoad(t.Context(), load, upgrades)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Log(report)
			if report.Failed != 0 || strings.Contains(out.String(), "DATA RACE") {
				t.Errorf("%d of %d requests failed\n%s", report.Failed, report.Requests, out)
			}
			if len(report.Answers) != upgrades+1 {
				t.Errorf("%d generations answered, want %d", len(report.Answers), upgrades+1)
			}
			for _, u := range all {
				t.Logf("%d → %d answered after %v, old gone after %v", u.Old, u.New, u.Answered, u.Gone)
			}
		})
	}
}

func TestFailedUpgradeSaysWhyAndLeavesTheOldOneServing(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, c := range []struct{ behaviour, want string }{
		{"exit", `status "exit status 3"` + "\n" + `stderr ["config.yaml: no such thing"]`},
		{"panic", "panic: told to"},
		{"hang", "was not ready after 3s and was ended"},
	} {
		r.behave(c.behaviour)
		if got := r.get("/upgrade"); !strings.Contains(got, c.want) || !strings.Contains(got, "\nerror upgrade: ") {
			t.Errorf("%s: got\n%s\nwant %q in it", c.behaviour, got, c.want)
		}
		if got := r.get("/"); got != "generation 1\n" {
			t.Errorf("%s: %q serves", c.behaviour, got)
		}
	}
	r.behave()
	if got := r.get("/upgrade"); !strings.HasPrefix(got, "replaced by 2 ") {
		t.Errorf("good again: %s", got)
	}
}

// When the upgrade is told, the old process has stopped accepting.
func TestWhoConnectsAfterAnUpgradeMeetsTheNewProcess(t *testing.T) {
	t.Parallel()
	r := start(t, "gate=replaced")
	old := r.answers()
	r.behave()
	r.signal(syscall.SIGUSR2)
	r.expect("at gate replaced")
	for range 50 {
		if pid := r.answers(); pid == old {
			t.Fatal("the old process answers")
		}
	}
	r.open("replaced")
}

// stream opens a response that lasts, on a connection of its own.
func (r *running) stream(path string) <-chan string {
	r.t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(r.url + path) // returns with the first flush
	if err != nil {
		r.t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			text = append(text, err.Error()...)
		}
		said <- string(text)
	}()
	return said
}

func TestNewProcessThatDiesAtOnceIsTakenBack(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.behave("die")
	// Keeps the old process from leaving before we have killed the new one.
	hold := r.wire()
	hold.send("GET /slow?ms=2000 HTTP/1.1\r\nHost: x\r\n\r\n")
	stream := r.stream("/stream")
	r.expect("slow began\n")
	r.upgrade()
	r.expect(`at gate die`)
	r.open("die")
	// What the new one had accepted dies with it; that is a crash, not a loss of ours.
	for got := ""; got != "generation 1\n"; got, _ = ask(r.url + "/") {
	}
	if got := <-stream; got != "open\ndraining\n" {
		t.Errorf("the stream said %q", got)
	}
	if got, closing := hold.answer(); got != "generation 1" || closing {
		t.Errorf("the request in flight: %q (close: %t)", got, closing)
	}
	hold.expect("generation 1")
	r.behave()
	r.replace() // its chance to upgrade is not used up
	hold.expect("generation 2")
}

// Nobody is left to upgrade it, but it still ends when told to.
func TestStopDuringTheDrainOutlivesTheNewProcess(t *testing.T) {
	t.Parallel()
	r := start(t)
	old := r.answers()
	r.behave("die")
	said := r.stream("/deaf")
	r.upgrade()
	r.expect(`at gate die`)
	syscall.Kill(old, syscall.SIGTERM)
	r.expect(`stop signal during the drain`)
	r.open("die")
	r.end()
	<-said
}

func TestNewCanBeCalledOnce(t *testing.T) {
	t.Parallel()
	if got := start(t).get("/again"); got != "true" {
		t.Errorf("ErrAlreadyCreated: %s", got)
	}
}

// A connection on its way to a process that dies before it has read of it goes
// back to the old one.
func TestConnectionOnItsWayToADeadProcessComesBack(t *testing.T) {
	t.Parallel()
	r := start(t)
	hold, moving := r.wire(), r.wire()
	hold.send("GET /slow?ms=3000 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect("slow began\n")
	moving.send("GET /slow?ms=700 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.expect("slow began\n")
	r.upgrade()
	next := r.answers()
	syscall.Kill(next, syscall.SIGSTOP)
	if got, closing := moving.answer(); got != "generation 1" || closing {
		t.Errorf("got %q (close: %t)", got, closing)
	}
	moving.send(plainRequest)
	syscall.Kill(next, syscall.SIGKILL)
	if got, _ := moving.answer(); got != "generation 1" {
		t.Errorf("got %q", got)
	}
	hold.answer()
}
