package supervisortest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
)

func TestTranscriptKeepsTheEnd(t *testing.T) {
	t.Parallel()
	o := newTranscript(io.Discard)
	line := strings.Repeat("x", 1023) + "\n"
	for range 5 * keptOutput / len(line) {
		io.WriteString(o, line)
	}
	io.WriteString(o, "the end\n")
	if got := o.String(); len(got) != keptOutput || !strings.HasSuffix(got, "the end\n") {
		t.Errorf("%d bytes are kept, that end with %q", len(got), got[len(got)-10:])
	}
	if len(o.text) > 2*keptOutput+len(line) {
		t.Errorf("%d bytes are held", len(o.text))
	}
	if got, err := o.expect(t.Context(), nil, regexp.MustCompile(`the (\w+)|(never)`)); err != nil || got[1] != "end" || got[2] != "" {
		t.Error(got, err)
	}
}

func TestTranscriptWaitsUntilItMatches(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	o, ended := newTranscript(&all), make(chan struct{})
	found := make(chan string)
	go func() {
		for range 2 {
			match, _ := o.expect(t.Context(), ended, regexp.MustCompile(`generation \d+`))
			found <- match[0]
		}
	}()
	io.WriteString(o, "gener")
	io.WriteString(o, "ation 1\ngeneration 2\n")
	if first, second := <-found, <-found; first != "generation 1" || second != "generation 2" {
		t.Error(first, second)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.expect(ctx, ended, regexp.MustCompile("x")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(ended)
	if _, err := o.expect(t.Context(), ended, regexp.MustCompile("x")); !errors.Is(err, errNoGeneration) {
		t.Error(err)
	}
	if all.String() != o.String() {
		t.Error(all.String())
	}
}
