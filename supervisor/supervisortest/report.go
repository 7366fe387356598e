package supervisortest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report accounts for the requests of a Load. Nobody writes to it once Run has
// returned it.
type Report struct {
	Start   time.Time
	Elapsed time.Duration // until the last request had ended

	Requests int
	Failed   int
	ByKind   map[Kind]Share
	ByCause  map[Cause]int
	Failures []Failure // the first 50, in the order of time

	Connections int // how many were opened
	ToldToClose int // responses with Connection: close to clients that would have reused it
	ClosedIdle  int // closes noticed before the next request, see Load.NoticeClose

	// Answers to Load.Path, each distinct one; the first 100 that a client meets.
	Answers map[string]Answer
}

// Share is the part that one kind of clients has in a Report.
type Share struct {
	Requests int
	Failed   int
	Latency  Latency
}

// Answer says how often a body was answered, and when for the first and the
// last time. The Last of an old one and the First of a new one show when the
// code changed over.
type Answer struct {
	Count       int
	First, Last time.Time
}

func newReport(start time.Time, clients []*client) *Report {
	total, kinds := newTally(), map[Kind]*tally{}
	for _, c := range clients {
		total.add(&c.tally)
		if kinds[c.kind] == nil {
			empty := newTally()
			kinds[c.kind] = &empty
		}
		kinds[c.kind].add(&c.tally)
	}
	slices.SortFunc(total.failures, func(a, b Failure) int { return a.At.Compare(b.At) })
	r := &Report{
		Start:       start,
		Elapsed:     time.Since(start),
		Requests:    total.requests,
		Failed:      total.failed,
		ByKind:      map[Kind]Share{},
		ByCause:     total.causes,
		Failures:    total.failures[:min(len(total.failures), keptFailures)],
		Connections: total.conns,
		ToldToClose: total.told,
		ClosedIdle:  total.closedIdle,
		Answers:     total.answers,
	}
	for kind, t := range kinds {
		r.ByKind[kind] = Share{Requests: t.requests, Failed: t.failed, Latency: t.latency.latency()}
	}
	return r
}

// String is for people: a table of the kinds, what was answered when, and the
// failures.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d requests failed in %v; %d connections, %d told to close, %d closed while idle\n",
		r.Failed, r.Requests, r.Elapsed.Round(time.Millisecond), r.Connections, r.ToldToClose, r.ClosedIdle)

	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kind\trequests\tfailed\tp50\tp99\tmax")
	for _, kind := range slices.Sorted(maps.Keys(r.ByKind)) {
		s := r.ByKind[kind]
		fmt.Fprintf(w, "%s\t%d\t%d\t%v\t%v\t%v\n", kind, s.Requests, s.Failed,
			round(s.Latency.P50), round(s.Latency.P99), round(s.Latency.Max))
	}
	w.Flush()

	byFirst := slices.SortedFunc(maps.Keys(r.Answers), func(a, b string) int {
		return cmp.Or(r.Answers[a].First.Compare(r.Answers[b].First), cmp.Compare(a, b))
	})
	for _, text := range byFirst {
		a := r.Answers[text]
		fmt.Fprintf(&b, "%.60q %d times, %v to %v\n", text, a.Count,
			a.First.Sub(r.Start).Round(time.Millisecond), a.Last.Sub(r.Start).Round(time.Millisecond))
	}
	for _, cause := range slices.Sorted(maps.Keys(r.ByCause)) {
		fmt.Fprintf(&b, "%s: %d\n", cause, r.ByCause[cause])
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "  %v\n", f)
	}
	return b.String()
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
