package supervisor

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// DrainReport says what became of what a process had open when it began to
// drain, and of what reached it afterwards.
type DrainReport struct {
	Cause    string        `json:"cause"` // "upgrade" or "stop"
	Began    time.Time     `json:"began"`
	Took     time.Duration `json:"took_ns"`  // until now while Over is false
	Over     bool          `json:"over"`     // nothing is left
	Moved    int           `json:"moved"`    // connections that the next process has
	Released int           `json:"released"` // idle connections that were closed when their grace was over
	Finished []RouteReport `json:"finished"` // requests that were answered and hijacked connections that ended
	Cut      []RouteReport `json:"cut"`      // those that had to be closed before they were done
}

// RouteReport sums up the requests of one route.
type RouteReport struct {
	// Route is the pattern of http.ServeMux ("GET /users/{id}"). If a request
	// has none, it is method and path; for a connection without requests it is
	// "listener NAME", with "no request yet" if it is one of HTTP. What exceeds
	// 50 routes is summed up as "other".
	Route    string        `json:"route"`
	Requests int           `json:"requests"` // hijacked connections not included
	Hijacked int           `json:"hijacked"` // WebSockets and other connections that are the handler's
	Oldest   time.Duration `json:"oldest_ns"`
}

// String is short enough for a line of a log.
func (r DrainReport) String() string {
	text := fmt.Sprintf("%s: moved %d, released %d, finished %s", r.Cause, r.Moved, r.Released, listRoutes(r.Finished))
	if len(r.Cut) > 0 {
		text += ", cut " + listRoutes(r.Cut)
	}
	return text
}

func listRoutes(routes []RouteReport) string {
	if len(routes) == 0 {
		return "nothing"
	}
	const most = 8
	var parts []string
	for _, r := range routes[:min(len(routes), most)] {
		text := fmt.Sprintf("%d × %s", r.Requests+r.Hijacked, r.Route)
		if r.Hijacked > 0 {
			text += " (hijacked)"
		}
		parts = append(parts, fmt.Sprintf("%s up to %v old", text, r.Oldest.Round(time.Millisecond)))
	}
	if len(routes) > most {
		parts = append(parts, fmt.Sprintf("%d more routes", len(routes)-most))
	}
	return strings.Join(parts, "; ")
}

// LastDrain returns the report of the drain that goes on or was the last; ok is
// false if there has been none.
func (s *Supervisor) LastDrain() (r DrainReport, ok bool) {
	t := s.conns
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reportLocked(), !t.report.Began.IsZero()
}

func (t *conns) reportLocked() DrainReport {
	r := t.report
	if !r.Over && !r.Began.IsZero() {
		r.Took = time.Since(r.Began)
	}
	r.Finished, r.Cut = t.done.sorted(), t.lost.sorted()
	return r
}

// conclude ends the report of a drain and returns it.
func (t *conns) conclude() DrainReport {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.overLocked()
	return t.reportLocked()
}

func (t *conns) overLocked() { t.report.Took, t.report.Over = time.Since(t.report.Began), true }

// finished counts a request that was answered during a drain.
func (t *conns) finished(f flight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.since.IsZero() {
		t.done.add(f, false, t.clock())
	}
}

func causeText(cause error) string {
	if errors.Is(cause, ErrUpgraded) {
		return toUpgrade
	}
	return toStop
}
