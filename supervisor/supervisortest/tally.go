package supervisortest

import "time"

const (
	keptFailures = 50
	keptAnswers  = 100
)

// tally is what one client counts, without a lock. Those of all clients are
// added up at the end.
type tally struct {
	requests, failed, crossed int
	conns, told, closedIdle   int
	streams                   int // that the server has ended
	causes                    map[Cause]int
	failures                  []Failure // the first keptFailures
	answers                   map[string]Answer
	latency                   histogram // of the requests that succeeded
}

func newTally() tally {
	return tally{causes: map[Cause]int{}, answers: map[string]Answer{}}
}

func (t *tally) count(took time.Duration, failure *Failure) {
	t.requests++
	switch {
	case failure == nil:
		t.latency.add(took)
	case failure.Cause == crossed:
		t.crossed++
	default:
		t.fail(*failure)
	}
}

func (t *tally) fail(failure Failure) {
	t.failed++
	t.causes[failure.Cause]++
	if len(t.failures) < keptFailures {
		t.failures = append(t.failures, failure)
	}
}

func (t *tally) answer(text string, now time.Time) {
	t.merge(text, Answer{Count: 1, First: now, Last: now})
}

func (t *tally) merge(text string, b Answer) {
	a, known := t.answers[text]
	switch {
	case !known && len(t.answers) == keptAnswers:
		return
	case !known:
		a = b
	default:
		a.Count += b.Count
		if b.First.Before(a.First) {
			a.First = b.First
		}
		if b.Last.After(a.Last) {
			a.Last = b.Last
		}
	}
	t.answers[text] = a
}

func (t *tally) add(b *tally) {
	t.requests += b.requests
	t.failed += b.failed
	t.crossed += b.crossed
	t.streams += b.streams
	t.conns += b.conns
	t.told += b.told
	t.closedIdle += b.closedIdle
	for cause, n := range b.causes {
		t.causes[cause] += n
	}
	t.failures = append(t.failures, b.failures...)
	for text, answer := range b.answers {
		t.merge(text, answer)
	}
	t.latency.merge(&b.latency)
}
