//go:build linux && (amd64 || arm64)

package sockets

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/relay"
)

// asker is a client that keeps its one connection, whatever happens.
type asker struct {
	net.Conn
	r *bufio.Reader
}

func newAsker(t *testing.T, network, addr string) *asker {
	t.Helper()
	nc, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(30 * time.Second))
	return &asker{nc, bufio.NewReader(nc)}
}

func (a *asker) ask() (string, error) {
	if _, err := fmt.Fprint(a, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return "", err
	}
	res, err := http.ReadResponse(a.r, nil)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

// askUntil asks until the answer is want.
func (a *asker) askUntil(t *testing.T, want string) {
	t.Helper()
	for got := ""; got != want; {
		var err error
		if got, err = a.ask(); err != nil {
			t.Fatalf("while it waited for %q: %v", want, err)
		}
	}
}

// A generation that has taken up again still has open what was passed on before.
// That is the relay's for good: the next drain neither waits for it nor reads it.
func TestConnectionThatWasPassedOnStaysSo(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	first, _ := run(t, k, "one", "tcp", addr)
	await(t, k, Listening, first)
	k.Serve(first)
	client := newAsker(t, "tcp", addr)
	client.askUntil(t, "one")

	second, _ := run(t, k, "two", "tcp", addr)
	await(t, k, Listening, second)
	k.Serve(second)
	k.Drain(first, time.Hour, time.Hour)
	client.askUntil(t, "two")
	k.Resume(first)
	k.Hold(second)
	k.Serve(first)
	client.askUntil(t, "one")

	third, _ := run(t, k, "three", "tcp", addr)
	await(t, k, Listening, third)
	k.Hold(first)
	k.Serve(third)
	var asking sync.WaitGroup
	defer asking.Wait()
	drained := make(chan struct{})
	defer close(drained)
	asking.Go(func() {
		for {
			select {
			case <-drained:
				return
			default:
				if _, err := client.ask(); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	k.Drain(first, 0, time.Hour)
	if e := await(t, k, Drained, first); e.Cut != 0 {
		t.Errorf("%d under way", e.Cut)
	}
	carried := make(chan int)
	k.tell(func(s *state) { carried <- s.kept[0].relay.Len() })
	if n := <-carried; n != 1 {
		t.Errorf("the relay carries one connection %d times", n)
	}
}

// A generation that is stopped before the next one is started may serve what was
// passed on from the one before it: that waits for the next one as well.
func TestConnectionThatWasPassedOnWaits(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	first, _ := run(t, k, "one", "tcp", addr)
	await(t, k, Listening, first)
	k.Serve(first)
	client := newAsker(t, "tcp", addr)
	client.askUntil(t, "one")

	second, cmd := run(t, k, "two", "tcp", addr)
	await(t, k, Listening, second)
	k.Serve(second)
	k.Drain(first, time.Hour, time.Hour)
	client.askUntil(t, "two")

	served := make(chan struct{})
	go func() {
		defer close(served)
		for got := ""; got != "three"; {
			var err error
			if got, err = client.ask(); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	k.Drain(second, 0, time.Hour)
	if e := await(t, k, Drained, second); e.Cut != 0 {
		t.Errorf("%d under way", e.Cut)
	}
	k.Ending(second)
	cmd.Process.Kill()
	cmd.Wait()
	k.Gone(second)
	third, _ := run(t, k, "three", "tcp", addr)
	await(t, k, Listening, third)
	k.Serve(third)
	<-served
}

// A generation may have accepted a relay's connection before that is known to be
// one, and have it parked by then. It is to read from it all the same.
func TestRelayOfItsOwn(t *testing.T) {
	k := keeper(t)
	addr := freePort(t)
	first, _ := run(t, k, "one", "tcp", addr)
	await(t, k, Listening, first)
	k.Serve(first)
	client := newAsker(t, "tcp", addr)
	client.askUntil(t, "one")
	upstream := newAsker(t, "tcp", addr)
	newAsker(t, "tcp", addr).askUntil(t, "one") // that came later, so the one before is accepted
	k.tell(func(s *state) {
		s.kept[0].relay = relay.New(func(context.Context) (net.Conn, error) { return upstream.Conn, nil })
	})
	k.Drain(first, time.Hour, time.Hour)
	k.tell(func(*state) {}) // which comes after the first look
	if got, err := client.ask(); got != "one" {
		t.Errorf("got %q, %v", got, err)
	}
}
