package app

import (
	"slices"

	"github.com/ginreload/ginreload/internal/proc"
)

// terminate asks a group to stop and kills it when the grace is over.
func (r *runner) terminate(group int, then func()) {
	proc.SignalGroup(group, r.opts.Signal)
	r.after(r.opts.Grace, func() {
		r.emit(Event{Kind: Notice, Message: "the program did not stop within " + r.opts.Grace.String() + " and was killed"})
		proc.KillGroup(group)
		then()
	})
}

// stop ends every generation, gently first.
func (r *runner) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	r.cancelTimer()
	groups := r.groups()
	for _, group := range groups {
		proc.SignalGroup(group, r.opts.Signal)
	}
	if len(groups) > 0 {
		r.after(r.opts.Grace, func() {
			r.emit(Event{Kind: Notice, Message: "the program did not stop within " + r.opts.Grace.String() + " and was killed"})
			r.killAll()
		})
	}
}

// kill ends every generation at once.
func (r *runner) kill() {
	r.stopping = true
	r.cancelTimer()
	r.killAll()
}

func (r *runner) killAll() {
	for _, group := range r.groups() {
		proc.KillGroup(group)
	}
}

// groups lists the process groups of everything that lives.
func (r *runner) groups() []int {
	var groups []int
	add := func(g *generation) {
		if g != nil && !slices.Contains(groups, g.group) {
			groups = append(groups, g.group)
		}
	}
	add(r.current)
	for _, g := range r.old {
		add(g)
	}
	if r.op != nil {
		add(r.op.next)
	}
	return groups
}

// abort calls off the reload under way.
func (r *runner) abort() {
	op := r.op
	if op == nil || op.aborted {
		return
	}
	op.aborted = true
	switch {
	case op.next != nil:
		proc.KillGroup(op.next.group)
	case op.handoff == Supervised:
		r.killSuccessor()
	}
	// Else the old one is being stopped: it goes on to its end, and nothing is
	// started after it.
}
