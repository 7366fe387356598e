package supervisor

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// maxRoutes bounds a tally: a program whose router sets no pattern has as many
// routes as paths.
const maxRoutes = 50

const otherRoutes = "other"

// tally sums requests up by route.
type tally map[string]*RouteReport

func (t tally) add(f flight, hijacked bool, now time.Duration) {
	route := f.route()
	if t[route] == nil && len(t) >= maxRoutes {
		route = otherRoutes
	}
	r := t[route]
	if r == nil {
		r = &RouteReport{Route: route}
		t[route] = r
	}
	if hijacked {
		r.Hijacked++
	} else {
		r.Requests++
	}
	r.Oldest = max(r.Oldest, now-f.since)
}

// sorted has the routes with the most requests first.
func (t tally) sorted() []RouteReport {
	all := make([]RouteReport, 0, len(t))
	for _, r := range t {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b RouteReport) int {
		return cmp.Or(cmp.Compare(b.Requests+b.Hijacked, a.Requests+a.Hijacked), strings.Compare(a.Route, b.Route))
	})
	return all
}
