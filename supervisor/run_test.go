//go:build unix

package supervisor

import (
	"context"
	"io"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// replacedBy returns a runner whose attempt has just succeeded, and the new
// process's end of the conversation.
func replacedBy(t *testing.T) (*runner, *control) {
	t.Helper()
	here, there := pair(t)
	theirs, err := os.Open(os.DevNull) // tableflip's copy of their end
	if err != nil {
		t.Fatal(err)
	}
	s := &Supervisor{
		opts:  Options{Guard: time.Millisecond}.withDefaults(),
		conns: newConns(), draining: make(chan struct{}),
	}
	s.signals = newSignals()
	r := &runner{sup: s, ctx: t.Context()}
	flipped := make(chan error, 1)
	flipped <- nil
	r.trying = &trying{
		attempt: &attempt{sup: s, next: newSuccessor(here, theirs, 2), flipped: flipped},
		request: upgradeRequest{t.Context(), make(chan upgradeReply, 1)},
		cancel:  context.CancelFunc(func() {}),
		done:    make(chan error, 1),
	}
	r.trying.done <- nil
	return r, there
}

// passedOn returns what the new process is asked for until the old one leaves.
func passedOn(there *control) (asked []string) {
	for {
		m, _, err := there.receive()
		if err != nil {
			return asked
		}
		if m.Asked != "" {
			asked = append(asked, m.Asked)
		}
	}
}

func TestWhatComesTooLateIsPassedOn(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*runner) error
		want []string
	}{
		{"nothing", func(r *runner) error { _, err := r.tried(nil); return err }, nil},
		{"a stop", func(r *runner) error { return r.stop("test") }, []string{toStop}},
		{"an upgrade", func(r *runner) error {
			r.upgradeSignal()
			_, err := r.tried(nil)
			return err
		}, []string{toUpgrade}},
		{"an upgrade that nobody has looked at", func(r *runner) error {
			r.sup.signals.upgrades <- syscall.SIGUSR2
			_, err := r.tried(nil)
			return err
		}, []string{toUpgrade}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, there := replacedBy(t)
			ended := make(chan error, 1)
			go func() { ended <- c.do(r) }()
			if got := passedOn(there); !slices.Equal(got, c.want) {
				t.Errorf("passed on %q, want %q", got, c.want)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// A server with HTTP/2 in the clear looks for its preface first, and when that
// read fails reads again for a request of HTTP/1.
func TestConnectionMovesOnce(t *testing.T) {
	r, there := replacedBy(t)
	server, _ := connected(t)
	l := newListener(r.sup, "l", &lateSocket{}, true)
	c := &conn{raw: server, origin: l}
	next := r.trying.next
	next.will.Serves = []service{{Was: "l"}}
	r.sup.conns.add(c)
	r.sup.conns.drain(t.Context(), next, ErrUpgraded, Options{}.spread)
	for range 2 {
		if n, err := c.read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("%d, %v", n, err)
		}
	}
	next.close()
	for n := 0; ; n++ {
		_, nc, err := there.receive()
		if err != nil {
			if n != 1 {
				t.Errorf("it was passed on %d times", n)
			}
			return
		}
		nc.Close()
	}
}
