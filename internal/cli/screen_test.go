package cli

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestScreenKeepsLinesApart(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		shared bool
		want   string
	}{
		{true, "no end\nours\nwhole\nours\n"},
		{false, "no endours\nwhole\nours\n"},
	} {
		var w bytes.Buffer
		s := &screen{shared: tc.shared}
		fmt.Fprint(s.program(&w), "no end")
		fmt.Fprintln(s.report(&w), "ours")
		fmt.Fprintln(s.program(&w), "whole")
		fmt.Fprintln(s.report(&w), "ours")
		if w.String() != tc.want {
			t.Errorf("shared %t: %q, want %q", tc.shared, w.String(), tc.want)
		}
	}
}

func TestAfterAClearNothingStandsInTheWay(t *testing.T) {
	t.Parallel()
	for keepScroll, sequence := range map[bool]string{true: "\x1b[H\x1b[2J", false: "\x1b[H\x1b[2J\x1b[3J"} {
		var w bytes.Buffer
		s := &screen{shared: true}
		fmt.Fprint(s.program(&w), "no end")
		s.clear(&w, keepScroll)
		fmt.Fprintln(s.report(&w), "ours")
		if want := "no end" + sequence + "ours\n"; w.String() != want {
			t.Errorf("%q, want %q", w.String(), want)
		}
	}
}

// The buffer has no lock of its own: the race detector sees a write that goes
// past the screen's.
func TestAClearIsNotTornByTheProgram(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	var wg sync.WaitGroup
	s := &screen{shared: true}
	program, ours := s.program(&w), s.report(&w)
	wg.Go(func() {
		for range 200 {
			fmt.Fprint(program, "output\n")
		}
	})
	for range 200 {
		s.clear(&w, false)
		fmt.Fprint(ours, "line\n")
	}
	wg.Wait()
	rest := w.String()
	for _, whole := range []string{"\x1b[H\x1b[2J\x1b[3J", "output\n", "line\n"} {
		if n := strings.Count(rest, whole); n != 200 {
			t.Errorf("%d of %q are whole, want 200", n, whole)
		}
		rest = strings.ReplaceAll(rest, whole, "")
	}
	if rest != "" {
		t.Errorf("left over: %q", rest)
	}
}
