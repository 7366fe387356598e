package service

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// patience is how long a member waits for others before that is said.
const patience = 3 * time.Second

// order is how far the members of a fleet have come. It decides who may start
// and who is asked to stop; nothing else depends on time.
type order []place

// place is that of one member.
type place struct {
	name  string
	after []int         // members that it waits for
	limit time.Duration // for which others wait for it
	ready string        // what tells that it is

	may     bool
	since   time.Time // it may
	counted bool      // others may start: it is ready, has ended, or took too long
	told    bool      // that it waits
	asked   bool      // to stop
	ended   bool
}

// admit returns those that may start now.
func (o order) admit(at time.Time) (now []int) {
	for i := range o {
		if !o[i].may && !slices.ContainsFunc(o[i].after, func(j int) bool { return !o[j].counted }) {
			o[i].may, o[i].since = true, at
			now = append(now, i)
		}
	}
	return now
}

// dismiss returns those that are to stop now: whatever waited for them at the
// start has ended.
func (o order) dismiss() (now []int) {
	for i := range o {
		needed := func(p place) bool { return slices.Contains(p.after, i) && !p.ended }
		if !o[i].asked && !o[i].ended && !slices.ContainsFunc(o, needed) {
			o[i].asked = true
			now = append(now, i)
		}
	}
	return now
}

func (o order) over() bool { return !slices.ContainsFunc(o, func(p place) bool { return !p.ended }) }

// awaited reports whether others wait for a member.
func (o order) awaited(i int) bool {
	return slices.ContainsFunc(o, func(p place) bool { return !p.may && slices.Contains(p.after, i) })
}

// notice is something to tell in the name of a member.
type notice struct {
	member int
	event.Event
}

// wait looks at the time: what took too long counts as ready. began is that of
// the fleet.
func (o order) wait(began, at time.Time) (tell []notice) {
	for i := range o {
		p := &o[i]
		switch {
		case p.may && !p.counted && o.awaited(i) && !at.Before(p.since.Add(p.limit)):
			p.counted = true
			message := fmt.Sprintf("not ready within %v", p.limit)
			if p.ready != "" {
				message += ": " + p.ready
			}
			tell = append(tell, notice{i, event.Event{Kind: event.Notice, Level: event.Warn, Time: at,
				Message: message + "; what comes after it starts all the same", Hint: "ready says when it is ready, and ready_timeout how long that may take"}})
		case !p.may && !p.told && !at.Before(began.Add(patience)):
			p.told = true
			var names []string
			for _, j := range p.after {
				if !o[j].counted {
					names = append(names, o[j].name)
				}
			}
			tell = append(tell, notice{i, event.Event{Kind: event.Notice, Level: event.Info, Time: at, Message: "waits for " + strings.Join(names, ", ")}})
		}
	}
	return tell
}

// due is when wait is to look again, zero for never.
func (o order) due(began time.Time) (first time.Time) {
	add := func(at time.Time) {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for i, p := range o {
		switch {
		case p.may && !p.counted && o.awaited(i):
			add(p.since.Add(p.limit))
		case !p.may && !p.told:
			add(began.Add(patience))
		}
	}
	return first
}
