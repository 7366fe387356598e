package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/bench/job"
)

const (
	eventWithin  = 2 * time.Minute
	settleWithin = 20 * time.Second
)

// session is a ginreload at work on a program.
type session struct {
	*job.Job
	began time.Time
	lines chan line // closed by read at the end of the output
}

// line is one that ginreload printed. With --json it is an event, of which this
// is the field that matters here.
type line struct {
	at   time.Time
	text string
	Kind string
}

func (b bench) start(p *program, flags ...string) (*session, error) {
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	s := &session{began: time.Now(), lines: make(chan line, 1<<16)}
	s.Job, err = job.Start(append([]string{b.binary}, flags...), p.folder, append(os.Environ(), "ADDR="+p.addr), in)
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	go s.read(out)
	return s, nil
}

// read ends when no process has the other end any more.
func (s *session) read(out *os.File) {
	defer close(s.lines)
	defer out.Close()
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		l := line{at: time.Now(), text: scanner.Text()}
		// What is no event stays a line of text.
		_ = json.Unmarshal([]byte(l.text), &l)
		s.lines <- l
	}
}

// stop ends the session, and returns what it printed that nobody has read.
func (s *session) stop() ([]line, error) {
	err := s.Stop()
	var rest []line
	for l := range s.lines {
		rest = append(rest, l)
	}
	return rest, err
}

var errOutput = errors.New("ginreload did not print what was waited for")

// await skips lines until one is as wanted.
func (s *session) await(ctx context.Context, wanted func(line) bool) (line, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, eventWithin, fmt.Errorf("%w within %v", errOutput, eventWithin))
	defer cancel()
	var last []string
	for {
		select {
		case l, ok := <-s.lines:
			if !ok {
				return line{}, fmt.Errorf("%w before it ended; its last output:\n%s", errOutput, strings.Join(last, "\n"))
			}
			if wanted(l) {
				return l, nil
			}
			last = append(last[max(0, len(last)-20):], l.text)
		case <-ctx.Done():
			return line{}, fmt.Errorf("%w; its last output:\n%s", context.Cause(ctx), strings.Join(last, "\n"))
		}
	}
}

// awaitKind waits for an event.
func (s *session) awaitKind(ctx context.Context, kind string) (line, error) {
	return s.await(ctx, func(l line) bool { return l.Kind == kind })
}

// calm waits until ginreload is at rest, and returns what it has printed by
// then.
func (s *session) calm(ctx context.Context) ([]line, job.Usage, error) {
	used, err := s.Settle(ctx, settleWithin)
	var lines []line
	for {
		select {
		case l, ok := <-s.lines:
			if ok {
				lines = append(lines, l)
				continue
			}
			return lines, used, errors.Join(err, fmt.Errorf("%w: it has ended", errOutput))
		default:
			return lines, used, err
		}
	}
}

// ready starts ginreload and waits until the program answers and all is at
// rest.
func (b bench) ready(ctx context.Context, p *program, flags ...string) (*session, error) {
	s, err := b.start(p, append([]string{"--json"}, flags...)...)
	if err != nil {
		return nil, err
	}
	if _, err := s.awaitKind(ctx, "reloaded"); err != nil {
		_, stopErr := s.stop()
		return nil, errors.Join(err, stopErr)
	}
	_, _, err = s.calm(ctx)
	return s, err
}
