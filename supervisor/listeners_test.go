//go:build linux

package supervisor_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestSeveralListenersAreKnownByName(t *testing.T) {
	t.Parallel()
	r := start(t, "also=a,tcp,127.0.0.1:0", "also=b,tcp,127.0.0.1:0", "also=c,tcp,127.0.0.1:0,shared")
	addr := make(map[string]string)
	wires := make(map[string]*wire)
	for _, name := range []string{"a", "b", "c"} {
		addr[name] = r.get("/addr?name=" + name)
		wires[name] = dial(t, "tcp", addr[name])
		wires[name].expect("generation 1")
	}
	// In another order, which must not matter.
	r.behave("also=c,tcp,127.0.0.1:0,shared", "also=b,tcp,127.0.0.1:0", "also=a,tcp,127.0.0.1:0")
	for i := 2; i < 4; i++ {
		r.replace()
		for name, w := range wires {
			if got := r.get("/addr?name=" + name); got != addr[name] {
				t.Errorf("generation %d: %s listens on %s, before on %s", i, name, got, addr[name])
			}
			w.expect(fmt.Sprint("generation ", i))
		}
	}
}

func TestOtherTextOfTheSameAddress(t *testing.T) {
	t.Parallel()
	_, port, _ := net.SplitHostPort(freeHost(t))
	r := prepare(t, "addr=:"+port)
	r.url = "http://127.0.0.1:" + port
	r.launch()
	r.answers()
	w := r.wire()
	w.expect("generation 1")
	for i, addr := range []string{"0.0.0.0:" + port, "[::]:" + port, ":" + port} {
		r.behave("addr=" + addr)
		r.replace()
		w.expect(fmt.Sprint("generation ", i+2))
	}
}

func freeHost(t *testing.T) string { return "127.0.0.1:" + freePort(t) }

// The new version listens elsewhere. Until it has taken over the old socket
// serves; afterwards nobody must be left waiting there.
func TestAddressThatChanged(t *testing.T) {
	t.Parallel()
	r := start(t, "also=extra,tcp,127.0.0.1:0")
	old, extra, next := r.host(), r.get("/addr?name=extra"), freeHost(t)
	r.behave("addr="+next, "gate=run")
	r.signal(syscall.SIGUSR2)
	r.expect(`at gate run`)
	dial(t, "tcp", old).expect("generation 1")
	dial(t, "tcp", extra).expect("generation 1")
	r.open("run")
	r.expect(`generation 1 ended: <nil>`)
	r.url = "http://" + next
	if got := r.get("/"); got != "generation 2\n" {
		t.Error(got)
	}
	for _, addr := range []string{old, extra} {
		if nc, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("somebody still listens on %s: %v", addr, err)
			nc.Close()
		}
	}
	// And the one after that inherits nothing of them either.
	r.behave("addr=" + next)
	r.upgrade()
	if got := r.get("/"); got != "generation 3\n" {
		t.Error(got)
	}
}

func TestListenerWithoutAServer(t *testing.T) {
	t.Parallel()
	r := start(t, "also=a,tcp,127.0.0.1:0")
	w := dial(t, "tcp", r.get("/addr?name=a"))
	w.expect("generation 1")
	r.behave("also=a,tcp,127.0.0.1:0,unserved")
	r.upgrade()
	r.expect("draining")
	w.send(plainRequest)
	if got, closing := w.answer(); got != "generation 1" || !closing {
		t.Errorf("got %q (close: %t)", got, closing)
	}
	r.expect(`generation 1 ended: <nil>`)
	r.behave("also=a,tcp,127.0.0.1:0")
	r.upgrade()
	if got := r.get("/"); got != "generation 3\n" {
		t.Error(got)
	}
}

func TestHooksOfTheUserAreKept(t *testing.T) {
	t.Parallel()
	r := start(t, "hooks")
	w := r.wire()
	ask := func() string {
		w.send("GET /hook HTTP/1.1\r\nHost: x\r\n\r\n")
		text, _ := w.answer()
		return text
	}
	for i := 1; i < 3; i++ {
		if got := ask(); got != "base conn" {
			t.Errorf("generation %d: context of the hooks: %q", i, got)
		}
		for _, state := range []string{"active", "idle"} {
			r.expect(fmt.Sprintf("state %d %s\n", i, state))
		}
		if i == 1 {
			r.replace()
		}
	}
}

// What panics with net/http panics with us, and nothing else.
func TestPanicInAHook(t *testing.T) {
	t.Parallel()
	r := start(t, "hooks", "panicky")
	w := r.wire()
	w.send(plainRequest)
	w.answer()
	if _, err := w.br.ReadByte(); err == nil {
		t.Error("the connection whose hook panicked lives on")
	}
	r.upgrade()
	if got := r.get("/"); got != "generation 2\n" || !strings.Contains(r.out.String(), "panic serving") {
		t.Error(got)
	}
}
