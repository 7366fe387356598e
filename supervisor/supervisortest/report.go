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
	Crossed  int // see Share.Crossed
	ByKind   map[Kind]Share
	ByCause  map[Cause]int
	Failures []Failure // the first 50, in the order of time

	Connections int // how many were opened
	ToldToClose int // of the connections that a client would have reused: Connection: close, or the WebSocket's 1001 or 1012
	Streams     int // of events that the server has ended
	ClosedIdle  int // closes noticed before the next request, see Load.NoticeClose

	// Answers to Load.Path, each distinct one; the first 100 that a client meets.
	Answers map[string]Answer

	// Posts is about the POSTs that have an id. Those that were not executed as
	// they should have been are in Failed as well.
	Posts Posts
}

// Share is the part that one kind of clients has in a Report.
type Share struct {
	Requests int
	Failed   int
	Latency  Latency

	// Crossed counts requests that were on their way when the server said that it
	// goes: HTTP/2 POSTs that it says it has not looked at (RFC 9113, section
	// 6.8), and messages on a WebSocket that it closed with 1001 or 1012. Such a
	// client is told, and may ask again; these clients never do. No server can
	// rule that out, so they are neither failed nor answered.
	Crossed int
}

// Answer says how often a body was answered, and when for the first and the
// last time. The Last of an old one and the First of a new one show when the
// code changed over.
type Answer struct {
	Count       int
	First, Last time.Time
}

func newReport(start time.Time, clients []*client, executed executions) *Report {
	r := &Report{Start: start, Elapsed: time.Since(start), ByKind: map[Kind]Share{}}
	total, kinds := newTally(), map[Kind]*tally{}
	for _, c := range clients {
		r.Posts.settle(c, executed)
		total.add(&c.tally)
		if kinds[c.kind] == nil {
			empty := newTally()
			kinds[c.kind] = &empty
		}
		kinds[c.kind].add(&c.tally)
	}
	slices.SortFunc(total.failures, func(a, b Failure) int { return a.At.Compare(b.At) })
	r.Requests, r.Failed, r.Crossed = total.requests, total.failed, total.crossed
	r.ByCause = total.causes
	r.Failures = total.failures[:min(len(total.failures), keptFailures)]
	r.Connections, r.ToldToClose, r.Streams, r.ClosedIdle = total.conns, total.told, total.streams, total.closedIdle
	r.Answers = total.answers
	for kind, t := range kinds {
		r.ByKind[kind] = Share{Requests: t.requests, Failed: t.failed, Crossed: t.crossed, Latency: t.latency.latency()}
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
	fmt.Fprintln(w, "kind\trequests\tfailed\tcrossed\tp50\tp99\tmax")
	for _, kind := range slices.Sorted(maps.Keys(r.ByKind)) {
		s := r.ByKind[kind]
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%v\t%v\t%v\n", kind, s.Requests, s.Failed, s.Crossed,
			round(s.Latency.P50), round(s.Latency.P99), round(s.Latency.Max))
	}
	w.Flush()
	if r.Posts != (Posts{}) {
		fmt.Fprintln(&b, r.Posts)
	}

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
