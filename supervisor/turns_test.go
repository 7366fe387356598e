package supervisor

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// tableOf returns a table with n connections that cannot move.
func tableOf(n int) *conns {
	t := newConns()
	l := &Listener{name: "l", sup: &Supervisor{conns: t}}
	for range n {
		t.open[&conn{origin: l}] = struct{}{}
	}
	return t
}

func TestTurnsAreSpreadEvenly(t *testing.T) {
	for _, c := range []struct {
		n    int
		opts Options
		step time.Duration
	}{
		{4, Options{Spread: time.Second}, 250 * time.Millisecond},
		{4, Options{}, time.Millisecond},
		{50000, Options{}, 100 * time.Microsecond},
		{4, Options{Spread: -1}, 0},
		{4, Options{Spread: time.Hour, DrainTimeout: 8 * time.Second}, time.Second},
	} {
		t.Run(fmt.Sprint(c.n, c.opts.Spread), func(t *testing.T) {
			table := tableOf(c.n)
			table.drain(t.Context(), nil, ErrStopping, c.opts.withDefaults().spread)
			var turns []time.Duration
			for open := range table.open {
				turns = append(turns, open.turn.Sub(table.since))
			}
			slices.Sort(turns)
			for i, got := range turns {
				if got != time.Duration(i)*c.step {
					t.Fatalf("turn %d is after %v", i, got)
				}
			}
			table.hurry()
			for open := range table.open {
				if !table.told(open) {
					t.Fatal("it is not its turn after the next generation asked to hasten")
				}
			}
		})
	}
}

func TestBeforeItsTurnAConnectionIsNotTold(t *testing.T) {
	table := tableOf(2)
	table.drain(t.Context(), nil, ErrStopping, func(int) time.Duration { return 2 * time.Hour })
	told := 0
	for open := range table.open {
		if table.told(open) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d of two are told", told)
	}
}

// Whoever has had no turn when the drain is cut short learns that.
func TestCausesOfAnEnd(t *testing.T) {
	table := tableOf(2)
	var streams []context.Context
	called := make(chan error, 2)
	for open := range table.open {
		server, _ := connected(t)
		open.raw = server
		open.enter(http.StateHijacked, server)
		request := context.WithValue(t.Context(), connKey{}, open)
		ctx, cancel := DrainContext(request)
		defer cancel()
		OnDrain(request, func(_ context.Context, cause error) { called <- cause })
		streams = append(streams, ctx)
	}
	table.drain(t.Context(), nil, ErrStopping, func(int) time.Duration { return 2 * time.Hour })
	if n := table.tend(0); n.hijacked != 2 || n.next.Sub(table.since) != time.Hour {
		t.Errorf("%+v", n)
	}
	if cause := <-called; cause != ErrStopping {
		t.Errorf("the hook got %v", cause)
	}
	if n := table.cut(); n != 2 {
		t.Errorf("%d were cut", n)
	}
	var causes []string
	for _, ctx := range streams {
		causes = append(causes, fmt.Sprint(context.Cause(ctx)))
	}
	slices.Sort(causes)
	if want := []string{ErrStopping.Error(), ErrAborted.Error()}; !slices.Equal(causes, want) {
		t.Errorf("causes %q, want %q", causes, want)
	}
	select {
	case cause := <-called:
		t.Errorf("a hook was called for a connection that is gone: %v", cause)
	default:
	}
}
