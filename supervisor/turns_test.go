package supervisor

import (
	"fmt"
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
