//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// A version that listens and is not ready, as it says itself, gets no clients but
// those that come while it is asked.
func TestVersionThatIsNotReady(t *testing.T) {
	s := perform(t, actor(t), ordinary(1), "--ready=/healthz")
	next := ordinary(2)
	next.Sick = filepath.Join(t.TempDir(), "sick")
	write(t, next.Sick, "")
	s.save(next)
	s.await("patience to end", func(e event.Event) bool {
		return e.Kind == event.Notice && strings.Contains(e.Message, "has been starting for")
	})
	const all = 200
	early := 0
	// They come over many of the tenths of a second between two questions: all at
	// once they may come while it is asked.
	turns := time.NewTicker(10 * time.Millisecond)
	defer turns.Stop()
	for range all {
		<-turns.C
		got, err := s.get("/")
		if err != nil {
			t.Fatal(err)
		}
		if got == next.Text {
			early++
		}
	}
	t.Logf("%d of %d clients met the version that is not ready", early, all)
	if early > all/5 {
		t.Errorf("%d of %d clients met the version that is not ready", early, all)
	}
	remove(t, next.Sick)
	s.awaitKind(event.Reloaded)
	s.expect("hello, version 2")
}
