package cli

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"github.com/ginreload/ginreload/internal/report"
)

// longestLine is where a longer one of a service is cut in two.
const longestLine = 64 << 10

// stream passes one stream of a service on, line by line, with its name before
// each. What has no end yet waits.
type stream struct {
	labels  report.Labels
	service string
	to      io.Writer

	mu   sync.Mutex // guards rest, and keeps writes in order
	rest []byte
}

func (l *stream) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	end := bytes.LastIndexByte(l.rest, '\n') + 1
	if end == 0 && len(l.rest) >= longestLine {
		end = len(l.rest)
	}
	l.passLocked(end)
	return len(p), nil
}

// flush passes on what has no end.
func (l *stream) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passLocked(len(l.rest))
}

func (l *stream) passLocked(end int) {
	if end == 0 {
		return
	}
	var text strings.Builder
	for line := range bytes.Lines(l.rest[:end]) {
		text.WriteString(l.labels.Foreign(l.service, string(line)))
	}
	l.rest = append(l.rest[:0], l.rest[end:]...)
	io.WriteString(l.to, text.String())
}
