package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ginreload/ginreload/builder"
)

// yard has joints whose builds take a second; number counts them.
type yard struct {
	turn    chan struct{}
	changes atomic.Uint64
	began   time.Time

	mu      sync.Mutex // guards what follows
	running int
	number  int
	said    []string
}

func newYard() *yard { return &yard{turn: make(chan struct{}, 1), began: time.Now()} }

func (y *yard) joint(t *testing.T, outcomes ...builder.Outcome) *joint {
	return &joint{turn: y.turn, changes: &y.changes, compile: func(ctx context.Context, _ ...string) (builder.Result, error) {
		y.mu.Lock()
		y.running++
		if y.running > 1 {
			t.Error("two builds at a time")
		}
		y.number++
		y.mu.Unlock()
		defer func() {
			y.mu.Lock()
			defer y.mu.Unlock()
			y.running--
		}()
		outcome := outcomes[0]
		if len(outcomes) > 1 {
			outcomes = outcomes[1:]
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			<-time.After(100 * time.Millisecond) // until all processes are dead
			return builder.Result{Outcome: builder.Canceled}, nil
		}
		if outcome == 0 {
			return builder.Result{}, errors.New("no disk")
		}
		return builder.Result{Outcome: outcome}, nil
	}}
}

// build builds in the background, for a service of that name.
func (y *yard) build(name string, s *share, ctx context.Context) {
	go func() {
		result, waited, err := s.build(ctx, nil)
		y.mu.Lock()
		defer y.mu.Unlock()
		text := fmt.Sprintf("%.1f %s %v", time.Since(y.began).Seconds(), name, result.Outcome)
		if waited > 0 {
			text += fmt.Sprintf(" waited %v", waited)
		}
		if err != nil {
			text += " " + err.Error()
		}
		y.said = append(y.said, text)
	}()
	synctest.Wait() // so that it is in front of the next one
}

func (y *yard) expect(t *testing.T, builds int, want ...string) {
	t.Helper()
	<-time.After(10 * time.Second)
	synctest.Wait()
	y.mu.Lock()
	defer y.mu.Unlock()
	slices.Sort(y.said) // who hears first of a shared build is left open
	if got := strings.Join(y.said, ", "); got != strings.Join(want, ", ") || y.number != builds {
		t.Errorf("%d builds: %s\nwant %d: %s", y.number, got, builds, strings.Join(want, ", "))
	}
	y.said, y.number, y.began = nil, 0, time.Now()
}

func TestServicesOfOneRecipeShareABuild(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard()
		j := y.joint(t, builder.Built, builder.Same, builder.Failed, 0, builder.Built)
		a, b := &share{joint: j}, &share{joint: j}
		y.build("a", a, t.Context())
		y.build("b", b, t.Context())
		y.expect(t, 1, "1.0 a built", "1.0 b built")

		y.changes.Add(1) // to the same program
		y.build("a", a, t.Context())
		y.build("b", b, t.Context())
		y.expect(t, 1, "1.0 a same", "1.0 b same")

		for _, want := range []string{"failed", "not run no disk"} {
			y.changes.Add(1)
			y.build("a", a, t.Context())
			y.build("b", b, t.Context())
			y.expect(t, 1, "1.0 a "+want, "1.0 b "+want)
		}

		y.changes.Add(1) // for a alone, and b comes later
		y.build("a", a, t.Context())
		y.expect(t, 1, "1.0 a built")
		y.build("b", b, t.Context())
		y.expect(t, 0, "0.0 b built")
	})
}

func TestBuildsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard()
		a, b := &share{joint: y.joint(t, builder.Built)}, &share{joint: y.joint(t, builder.Built)}
		y.build("a", a, t.Context())
		y.build("b", b, t.Context())
		y.expect(t, 2, "1.0 a built", "2.0 b built waited 1s")
	})
}

func TestSharedBuildIsCalledOffByTheLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard()
		j := y.joint(t, builder.Built)
		a, b := &share{joint: j}, &share{joint: j}
		first, cancelFirst := context.WithCancel(t.Context())
		second, cancelSecond := context.WithCancel(t.Context())
		y.build("a", a, first)
		y.build("b", b, second)
		cancelFirst()
		<-time.After(300 * time.Millisecond)
		y.changes.Add(1)
		y.build("a", a, t.Context()) // newer, and behind that of b
		cancelSecond()
		y.build("b", b, t.Context())
		y.expect(t, 2, "0.0 a canceled", "0.4 b canceled", "1.4 a built waited 100ms", "1.4 b built waited 100ms")
	})
}
