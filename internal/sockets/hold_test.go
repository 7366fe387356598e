//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// Whatever is held and resumed, no client is lost: those that come meanwhile
// wait.
func TestHoldAndResume(t *testing.T) {
	for _, kind := range []string{"plain", "blocking", "prefork"} {
		t.Run(kind, func(t *testing.T) {
			k := keeper(t)
			addr := freePort(t)
			var g *Generation
			if kind == "plain" {
				g, _ = run(t, k, kind, "tcp", addr)
			} else {
				g = runSpecial(t, k, kind, "tcp", addr).Generation
			}
			await(t, k, Listening, g)
			k.Serve(g)
			l := newLoad(t, "http://"+addr, 4)
			var keepsAlive *asker
			if kind == "plain" {
				keepsAlive = newAsker(t, "tcp", addr)
			}
			for i := range 100 {
				k.Hold(g)
				if i%2 == 0 {
					k.Drain(g, 0, 1<<40)
				}
				if kind == "plain" && i%2 == 1 {
					keepsAlive.askUntil(t, kind)
				}
				k.Resume(g)
				if i%10 == 0 {
					get(t, client(), "http://"+addr)
				}
			}
			l.end(t)
		})
	}
}

// A generation that is killed in the middle of its calls, and a Keeper that is
// closed while calls wait, leave nothing behind.
func TestKilledWhileCalling(t *testing.T) {
	k, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := openFiles(t)
	for range 20 {
		s := runSpecial(t, k, "restless", "tcp", "127.0.0.1:0")
		s.says(t, "calls")
		s.kill()
		k.Gone(s.Generation)
	}
	until(t, k, func(s *state) bool { return len(s.generations) == 0 })
	k.Release()
	until(t, k, func(s *state) bool { return len(s.kept) == 0 })
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, not %d", after, before)
	}
	s := runSpecial(t, k, "restless", "tcp", "127.0.0.1:0")
	s.says(t, "calls")
	k.Close()
	s.kill()
}

// A signal that interrupts a call has it made again.
func TestSignalsWhileCalling(t *testing.T) {
	k := keeper(t)
	s := runSpecial(t, k, "restless", "tcp", freePort(t))
	s.says(t, "calls")
	calls := make(chan struct{})
	go func() {
		defer close(calls)
		s.says(t, "called")
	}()
	for {
		select {
		case <-calls:
			return
		default:
			s.cmd.Process.Signal(syscall.SIGURG)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// restless binds, listens and closes without end, and says when it has done so
// a thousand times.
func restless(network, name string) error {
	for i := 0; ; i++ {
		ln, err := net.Listen(network, name)
		if err != nil {
			return err
		}
		ln.Close()
		switch i {
		case 0:
			fmt.Println("calls")
		case 1000:
			fmt.Println("called")
		}
	}
}
