//go:build linux

package supervisor_test

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestListenerOfTheProgramsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		how   string
		warns bool
	}{{"", false}, {",reuseport", true}} {
		t.Run(c.how, func(t *testing.T) {
			t.Parallel()
			r := start(t, "adopt=127.0.0.1:0"+c.how)
			r.expect(`opens its own`)
			addr := r.get("/addr?name=own")
			w := dial(t, "tcp", addr)
			w.expect("generation 1")
			r.replace()
			w.expect("generation 2")
			if got := r.get("/addr?name=own"); got != addr {
				t.Errorf("it listens on %s, before on %s", got, addr)
			}
			out := r.out.String()
			if strings.Count(out, "opens its own") != 1 {
				t.Error("it was opened again")
			}
			if strings.Contains(out, "SO_REUSEPORT") != c.warns {
				t.Errorf("a warning of SO_REUSEPORT: %t, want %t", !c.warns, c.warns)
			}
		})
	}
}

func TestListenerOfAServiceManagerByNameAlone(t *testing.T) {
	t.Parallel()
	one, _ := listenTCP(t)
	r := activate(t, "own", "$$", []*net.TCPListener{one}, "adopt=256.0.0.1:1") // which cannot be opened
	r.answers()
	dial(t, "tcp", one.Addr().String()).expect("generation 1")
	r.replace()
	dial(t, "tcp", one.Addr().String()).expect("generation 2")
}

// Whoever has put another socket there, when nobody seemed to need the path,
// is served by that one.
func TestPathOfAnotherSocketIsLeftAlone(t *testing.T) {
	t.Parallel()
	path, word := withSocket(t)
	r := start(t, word)
	r.replace()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	foreign, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	r.signal(syscall.SIGTERM)
	r.end()
	if nc, err := net.Dial("unix", path); err != nil {
		t.Errorf("the path is gone: %v", err)
	} else {
		nc.Close()
	}
}
