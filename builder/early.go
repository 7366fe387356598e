package builder

import (
	"io"
	"strings"
)

// early tells what is wrong as soon as somebody knows, each thing once: the
// parser and go build say the same of a file that does not parse, one after the
// other.
type early struct {
	tell func([]Diagnostic)
	told map[Diagnostic]bool
}

func newEarly(tell func([]Diagnostic)) *early {
	return &early{tell: tell, told: make(map[Diagnostic]bool)}
}

func (e *early) say(found []Diagnostic) {
	if e.tell == nil {
		return
	}
	var fresh []Diagnostic
	for _, d := range found {
		key := Diagnostic{File: d.File, Line: d.Line, Column: d.Column, Message: d.Message}
		if d.File == "" {
			key.Package = d.Package
		}
		if !e.told[key] {
			e.told[key] = true
			fresh = append(fresh, d)
		}
	}
	if len(fresh) > 0 {
		e.tell(fresh)
	}
}

// listen returns what go build is to write to, nil if nobody wants to know.
func (e *early) listen() io.Writer {
	if e == nil || e.tell == nil {
		return nil
	}
	s := &stream{early: e, parser: newParser()}
	s.lines.say = func(line string) {
		// What follows may be about the linker and not about the code.
		if s.over = s.over || linkFailed(line); !s.over {
			s.read(strings.TrimRight(line, " \t\r\n"))
		}
	}
	return s
}

// A stream reads what go build prints while it does. cmd/go collects what is
// printed about a package and writes it at once, so where a piece ends with a
// line there ends a message. Of one that is longer than a buffer the rest may be
// in Result.Diagnostics only.
type stream struct {
	early *early
	*parser
	lines lines
	told  int  // of parser.found
	over  bool // nothing is told any more
}

func (s *stream) Write(p []byte) (int, error) {
	n, err := s.lines.Write(p)
	if len(s.lines.open) == 0 {
		s.finish()
	}
	if s.told < len(s.found) {
		s.early.say(s.found[s.told:])
		s.told = len(s.found)
	}
	return n, err
}
