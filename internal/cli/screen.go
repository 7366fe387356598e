package cli

import (
	"io"
	"sync"
)

// screen keeps ginreload's lines apart from the program's output where both go
// to one terminal: a line of ours does not begin in the middle of one of the
// program's.
type screen struct {
	shared bool // both are on one terminal

	mu   sync.Mutex // guards open, and keeps writes whole
	open bool       // the program's last line has no end yet
}

// program returns the writer for the program's output to w.
func (s *screen) program(w io.Writer) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(p) > 0 {
			s.open = p[len(p)-1] != '\n'
		}
		return w.Write(p)
	})
}

// report returns the writer for ginreload's own lines to w.
func (s *screen) report(w io.Writer) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.shared && s.open {
			s.open = false
			io.WriteString(w, "\n")
		}
		return w.Write(p)
	})
}

// clear wipes the terminal w, and what was scrolled out of it unless keepScroll.
// The program's next words begin at the top.
func (s *screen) clear(w io.Writer, keepScroll bool) {
	sequence := "\x1b[H\x1b[2J"
	if !keepScroll {
		sequence += "\x1b[3J" // after the screen, which some terminals move there
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
	io.WriteString(w, sequence)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
