//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// load asks for url, each time on a new connection, until the test is over.
type load struct {
	stop  chan struct{}
	wait  sync.WaitGroup
	asked atomic.Int64
}

func newLoad(t *testing.T, url string, clients int) *load {
	l := &load{stop: make(chan struct{})}
	for range clients {
		l.wait.Go(func() {
			c := client()
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				res, err := c.Get(url)
				if err != nil {
					t.Errorf("request %d: %v", l.asked.Load(), err)
					return
				}
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					t.Errorf("request %d: %s", l.asked.Load(), res.Status)
				}
				l.asked.Add(1)
			}
		})
	}
	return l
}

func (l *load) end(t *testing.T) {
	close(l.stop)
	l.wait.Wait()
	t.Log(l.asked.Load(), "requests")
}

func (s *special) pid() string { return fmt.Sprint(s.cmd.Process.Pid) }

// replace has next serve in the place of before, which ends as soon as nothing
// of it is under way.
func replace(t *testing.T, k *Keeper, before, next *special) {
	t.Helper()
	await(t, k, Listening, next.Generation)
	if before != nil {
		k.Hold(before.Generation)
	}
	k.Serve(next.Generation)
	if before == nil {
		return
	}
	k.Drain(before.Generation, 0, 10*time.Second)
	if e := await(t, k, Drained, before.Generation); e.Cut > 0 {
		t.Errorf("%d under way", e.Cut)
	}
	k.Ending(before.Generation)
	before.cmd.Process.Signal(syscall.SIGTERM)
	before.cmd.Wait()
	k.Gone(before.Generation)
}

func TestBlockingAccept(t *testing.T) {
	for _, kind := range []string{"blocking", "prefork"} {
		t.Run(kind, func(t *testing.T) {
			k := keeper(t)
			addr := freePort(t)
			serving := runSpecial(t, k, kind, "tcp", addr)
			replace(t, k, nil, serving)
			l := newLoad(t, "http://"+addr, 4)
			for range 20 {
				next := runSpecial(t, k, kind, "tcp", addr)
				replace(t, k, serving, next)
				serving = next
			}
			l.end(t)
		})
	}
}

// A call that waits in accept when its generation is held takes no connection
// any more, it goes on waiting when the generation is resumed, and a signal ends it.
func TestHeldAccept(t *testing.T) {
	for kind, acceptors := range map[string]int{"blocking": 1, "prefork": 2} {
		t.Run(kind, func(t *testing.T) {
			k := keeper(t)
			addr := freePort(t)
			first := runSpecial(t, k, kind, "tcp", addr)
			replace(t, k, nil, first)
			old := get(t, client(), "http://"+addr)
			for range 10 {
				second := runSpecial(t, k, "blocking", "tcp", addr)
				await(t, k, Listening, second.Generation)
				k.Hold(first.Generation)
				until(t, k, func(*state) bool { return len(first.waiting) == acceptors })
				for range 3 {
					if got := get(t, client(), "http://"+addr); got != second.pid() {
						t.Fatalf("%s has answered, not %s", got, second.pid())
					}
				}
				second.cmd.Process.Signal(syscall.SIGTERM)
				second.cmd.Wait()
				k.Gone(second.Generation)
				k.Resume(first.Generation)
				if got := get(t, client(), "http://"+addr); kind == "blocking" && got != old {
					t.Fatalf("%s has answered, not %s", got, old)
				}
			}
			k.Hold(first.Generation)
			first.cmd.Process.Signal(syscall.SIGTERM)
			first.cmd.Wait()
		})
	}
}
