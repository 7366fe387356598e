package app

import (
	"io"
	"sync/atomic"
	"testing"
	"time"
)

// slowly is a terminal that takes its time.
type slowly struct {
	entered chan struct{}
	release chan struct{}
	shown   atomic.Bool
}

func (s *slowly) Write(p []byte) (int, error) {
	close(s.entered)
	<-s.release
	s.shown.Store(true)
	return len(p), nil
}

// What is said about the end of a program comes after its last words.
func TestDigestComesAfterTheLastWords(t *testing.T) {
	w := &slowly{entered: make(chan struct{}), release: make(chan struct{})}
	c, err := OpenConsole(io.Discard, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, stderr := c.Files()
	if _, err := stderr.WriteString("panic: boom\n"); err != nil {
		t.Fatal(err)
	}
	<-w.entered // read by now, but not shown
	time.AfterFunc(20*time.Millisecond, func() { close(w.release) })
	message, _ := c.digest()
	if message != "panic: boom" {
		t.Errorf("the cause is %q", message)
	}
	if !w.shown.Load() {
		t.Error("the cause was told before the program's own words were shown")
	}
}
