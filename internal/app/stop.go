package app

import (
	"slices"

	"github.com/ginreload/ginreload/internal/proc"
)

// terminate asks a generation to stop and kills it when the grace is over.
func (r *runner) terminate(g *generation) {
	r.ask(g)
	r.after(r.opts.Grace, func() {
		r.emit(Event{Kind: Notice, Message: "the program did not stop within " + r.opts.Grace.String() + " and was killed"})
		r.killGeneration(g)
	})
}

// ask asks all processes of g's group to end, but only once: there are programs
// to which a second signal means at once.
func (r *runner) ask(g *generation) {
	if g.ending {
		return
	}
	for _, o := range r.living() {
		if o.group == g.group {
			o.ending = true
		}
	}
	g.wraps, g.tree = r.wraps(g), proc.Tree(g.group)
	proc.SignalGroup(g.group, g.signal)
}

// stop ends every generation, gently first.
func (r *runner) stop() {
	if r.stopping {
		return
	}
	r.stopping = true
	r.cancelTimer()
	living := r.living()
	for _, g := range living {
		r.ask(g)
	}
	if len(living) > 0 {
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
	for _, g := range r.living() {
		r.killGeneration(g)
	}
}

// living lists the generations that have not ended.
func (r *runner) living() []*generation {
	living := slices.Clone(r.old)
	if r.current != nil {
		living = append(living, r.current)
	}
	if r.op != nil && r.op.next != nil {
		living = append(living, r.op.next)
	}
	return living
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
		r.killGeneration(op.next)
	case op.handoff == Supervised:
		r.killSuccessor()
	}
	// Else the old one is being stopped: it goes on to its end, and nothing is
	// started after it.
}
