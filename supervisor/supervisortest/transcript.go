package supervisortest

import (
	"context"
	"io"
	"regexp"
	"sync"
)

const keptOutput = 1 << 20

// transcript passes on what a program prints, keeps the end of it, and lets
// others wait for something in it.
type transcript struct {
	w io.Writer

	mu   sync.Mutex // guards all below
	text []byte
	seen int           // up to where expect has found something
	more chan struct{} // closed and replaced by Write
}

func newTranscript(w io.Writer) *transcript {
	return &transcript{w: w, more: make(chan struct{})}
}

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	if over := len(o.text) - keptOutput; over > keptOutput { // seldom, since what is kept has to be moved
		o.text = append(o.text[:0], o.text[over:]...)
		o.seen = max(0, o.seen-over)
	}
	close(o.more)
	o.more = make(chan struct{})
	return o.w.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text[max(0, len(o.text)-keptOutput):])
}

func (o *transcript) expect(ctx context.Context, ended <-chan struct{}, re *regexp.Regexp) ([]string, error) {
	for last := false; ; {
		match, more := o.find(re)
		switch {
		case match != nil:
			return match, nil
		case last:
			return nil, errNoGeneration
		}
		select {
		case <-more:
		case <-ended:
			last = true
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (o *transcript) find(re *regexp.Regexp) (match []string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	at := re.FindSubmatchIndex(o.text[o.seen:])
	if at == nil {
		return nil, o.more
	}
	for i := 0; i < len(at); i += 2 {
		group := ""
		if at[i] >= 0 {
			group = string(o.text[o.seen+at[i] : o.seen+at[i+1]])
		}
		match = append(match, group)
	}
	o.seen += at[1]
	return match, nil
}
