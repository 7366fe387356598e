package loop

import (
	"github.com/ginreload/ginreload/internal/event"
)

// built deals with the end of a build.
func (t *transition) built(b Built) {
	done := t.Build
	t.Build = Build{}
	if t.Settings.Writes {
		t.Echo.Ended = t.at
	}
	report := b.Report
	report.Number, report.Outcome = b.Number, b.Outcome
	t.Tests.Unbuilt = b.Outcome == event.Failed || b.Outcome == event.Broken
	if b.Outcome == event.Built {
		t.Made++
		t.Binary = b.Binary
		// Until it has been reloaded. A build that is cancelled too late will
		// not be, and the next one must not be taken for the same program as
		// the one that serves.
		t.Stale = true
	}
	if done.Canceled {
		// Whatever it came to, newer changes are not in it.
		report.Outcome = event.Canceled
		b.Outcome = event.Canceled
	}
	again := b.Outcome == event.Same && t.Stop == Running && t.outdated()
	if again {
		// The published program is not what runs: it ended, did not get ready,
		// or its environment was another one. Saving again is also how a user
		// asks for another try.
		report.Outcome = event.Built
	}
	t.emit(event.Event{
		Kind: event.BuildFinished, Files: done.Cause.Files, Build: &report,
		Message: b.Message, Hint: b.Hint, Serving: t.Serving,
	})
	if b.Outcome == event.Canceled {
		t.Canceled++
		if t.Stop == Running {
			t.carry(done.Cause)
		}
		return
	}
	t.Canceled = 0
	if t.Stop != Running {
		return
	}
	if b.Outcome == event.Built || again {
		t.candidate(b, done.Cause)
	}
}

// outdated reports whether what was published last neither runs nor is about to.
func (t *transition) outdated() bool {
	switch {
	case t.Built != nil:
		return false
	case t.Reload != nil:
		return t.Reload.Made != t.Made
	}
	return t.Serving == 0 || t.Stale
}

// carry keeps the files of a build that was cancelled for the line that tells
// about the reload in which they finally are.
func (t *transition) carry(c Cause) {
	if t.Pending == nil {
		t.Pending = &c
		return
	}
	joined := c.join(*t.Pending)
	t.Pending = &joined
}

// candidate hands a program on. A reload that has not come through yet is
// called off: its program is outdated.
func (t *transition) candidate(b Built, c Cause) {
	c = t.renewed(c)
	if t.Built != nil {
		c = t.Built.Cause.join(c)
	}
	t.Built = &Candidate{Binary: b.Binary, Cause: c, Built: t.at, Took: max(t.at.Sub(c.Started)-b.Waited, 0)}
	if t.Reload != nil {
		t.do(Effect{Abort: true})
	}
}
