//go:build linux

package main

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"sync"
)

// output is what all generations print.
type output struct {
	mu   sync.Mutex // guards all below
	text bytes.Buffer
	seen int           // up to where next has read
	more chan struct{} // closed and replaced by Write
	rest []byte        // of a line that is not complete
	pids []int         // of the generations that have begun
}

func newOutput() *output { return &output{more: make(chan struct{})} }

var begins = regexp.MustCompile(`^pid (\d+) begins`)

// Write takes what a pipe yields, which may end within a line.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rest = append(o.rest, p...)
	for {
		line, rest, complete := bytes.Cut(o.rest, []byte("\n"))
		if !complete {
			break
		}
		if m := begins.FindSubmatch(line); m != nil {
			pid, _ := strconv.Atoi(string(m[1]))
			o.pids = append(o.pids, pid)
		}
		o.rest = rest
	}
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// begun returns the PIDs of all generations so far.
func (o *output) begun() []int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]int(nil), o.pids...)
}

// next waits for a match behind the last one and returns its groups, nil if
// ctx ends first.
func (o *output) next(ctx context.Context, re *regexp.Regexp) []string {
	for {
		o.mu.Lock()
		text, more := o.text.String()[o.seen:], o.more
		at := re.FindStringSubmatchIndex(text)
		if at != nil {
			o.seen += at[1]
		}
		o.mu.Unlock()
		if at != nil {
			return re.FindStringSubmatch(text)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}
