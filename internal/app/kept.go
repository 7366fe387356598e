package app

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/outage"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/sockets"
)

const (
	// guard is how long a generation that was replaced can take up again. A
	// program that dies right after it has begun to listen does so within it.
	guard = time.Second
	// drainLimit is how long it may have requests under way.
	drainLimit = 30 * time.Second
	// drainsAtOnce is how many generations may have such requests. The oldest has to
	// go then, so that streams that stay open do not fill the memory with saves.
	drainsAtOnce = 5
)

// openKeeper has sockets kept if the system lets us.
func (r *runner) openKeeper() {
	keeper, err := sockets.Open(sockets.Options{
		Remember: func(path string) { r.opts.Session.Remember(proc.LeftPath, path) },
		Hold:     r.opts.Hold,
		Outage:   r.page,
	})
	if err != nil {
		r.cannotKeep(err)
		return
	}
	r.keeper, r.kept = keeper, keeper.Events()
}

// page is what clients are told while nothing serves: why, and if that is not
// all, the last words of the program.
func (r *runner) page() outage.Page {
	page := r.opts.Outage()
	if page.Detail == "" {
		page.Detail = r.opts.Console.lastWords()
	}
	return page
}

func (r *runner) closeKeeper() {
	if r.keeper != nil {
		r.keeper.Close()
	}
}

// cannotKeep has unmodified programs restarted from now on. Why is said once
// there is one.
func (r *runner) cannotKeep(err error) {
	r.opts.Keep = false
	r.refusal = err
}

// adviseOn says once why a reload will restart g, unless that was asked for.
func (r *runner) adviseOn(g *generation) {
	if r.advised || r.refusal == nil || g.supervised {
		return
	}
	r.advised = true
	r.emit(Event{
		Kind: Advice, Generation: g.number, Message: fmt.Sprintf("%v; a reload stops this program before it starts the new one", r.refusal),
		Hint: "with supervisor.ListenAndServe it would lose no request; --handoff=restart says that this is fine",
	})
}

// keeping reports whether the program's sockets are kept, or will be.
func (r *runner) keeping() bool { return r.keeper != nil && r.opts.Keep }

// spawn starts a process, so that its sockets can be kept if they may.
func (r *runner) spawn(c proc.Command) (p *proc.Process, kept *sockets.Generation, err error) {
	start := func() (int, error) {
		if p, err = proc.Start(c); err != nil {
			return 0, err
		}
		return p.PID(), nil
	}
	switch {
	case !r.keeping():
	case debugs(c.Args):
		r.keeper.Release()
		r.refusal = errDebugger
	case r.op.embeds:
		// It binds by itself, and would find its address in use.
		r.keeper.Release()
	default:
		kept, err = r.keeper.Start(start)
		if errors.Is(err, sockets.ErrRefused) {
			r.cannotKeep(err)
			break
		}
		return p, kept, err
	}
	_, err = start()
	return p, nil, err
}

var errDebugger = errors.New("listening sockets are not kept below dlv, whose own port only one process can have")

// replaceKept begins to replace a program whose sockets are kept.
func (r *runner) replaceKept() {
	op := r.op
	op.handoff, op.why = Kept, "its listening sockets are kept"
	if r.alone {
		op.why += "; it does not run twice"
		r.retire()
		return
	}
	r.start()
}

// retire stops the running generation first; its clients wait in the queue.
func (r *runner) retire() {
	r.op.alone = true
	r.current.since = time.Now()
	r.keeper.Drain(r.current.kept, 0, drainLimit)
	r.after(patience, func() { r.keeper.Hurry(r.current.kept) })
}

// startAlone starts the program of op when no other generation is left that
// could be in its way.
func (r *runner) startAlone() {
	r.op.ended = true
	waits := false
	for _, g := range r.old {
		if g.kept == nil {
			continue
		}
		waits = true
		if !g.ending {
			r.end(g)
		}
	}
	if waits {
		return
	}
	r.op.ended = false
	if r.op.aborted {
		r.fail(Event{})
		return
	}
	r.start()
}

// keeps deals with what the keeper has to tell.
func (r *runner) keeps(e sockets.Event) {
	switch e.Kind {
	case sockets.Unable:
		r.cannotKeep(e.Err)
		if r.current != nil {
			r.adviseOn(r.current)
		}
	case sockets.Listening:
		r.listensOn(e.Generation, e.Addresses)
	case sockets.Drained:
		r.drained(e.Generation, e.Cut)
	}
}

func (r *runner) listensOn(kept *sockets.Generation, addrs []netip.AddrPort) {
	switch {
	case r.op != nil && r.op.next != nil && r.op.next.kept == kept && !r.stopping:
		r.op.next.listens, r.op.next.addrs = true, addrs
		if r.opts.Probe != "" {
			r.probe()
			return
		}
		r.ready(r.op.next, addrs)
	case r.current != nil && r.current.kept == kept:
		r.current.listens = true // later than it was taken for ready
		r.keeper.Serve(kept)
	}
}

// handOver has next serve in the place of before.
func (r *runner) handOver(before, next *generation) {
	if r.keeper == nil {
		return
	}
	for i, g := range r.old {
		if g.kept != nil && !g.since.IsZero() && len(r.old)-i > drainsAtOnce && time.Since(g.since) > drainPatience {
			r.keeper.Hurry(g.kept)
		}
	}
	if before != nil && before.kept != nil {
		before.since = time.Now()
		r.keeper.Hold(before.kept)
	}
	r.keeper.Serve(next.kept)
	if before != nil && before.kept != nil {
		r.keeper.Drain(before.kept, guard, drainLimit)
	}
}

// drained stops a generation that has nothing under way any more.
func (r *runner) drained(kept *sockets.Generation, cut int) {
	if r.current != nil && r.current.kept == kept && r.op != nil && r.op.alone {
		r.sayCut(r.current, cut)
		r.keeper.Ending(kept)
		r.terminate(r.current)
		return
	}
	for _, g := range r.old {
		if g.kept == kept && !r.stopping {
			r.sayCut(g, cut)
			r.end(g)
		}
	}
}

func (r *runner) sayCut(g *generation, cut int) {
	if cut > 0 {
		r.emit(Event{Kind: Notice, Generation: g.number, Message: fmt.Sprintf("#%d was stopped with %d under way after %v",
			g.number, cut, time.Since(g.since).Round(100*time.Millisecond))})
	}
}

// end asks a generation that was replaced to stop, and sees to it that it does.
func (r *runner) end(g *generation) {
	r.keeper.Ending(g.kept)
	r.ask(g)
	time.AfterFunc(r.opts.Grace, func() {
		r.app.tell(func(r *runner) {
			for _, o := range r.old {
				if o == g {
					r.emit(Event{Kind: Notice, Generation: g.number,
						Message: fmt.Sprintf("#%d did not stop within %v and was killed", g.number, r.opts.Grace)})
					r.killGeneration(g)
				}
			}
		})
	})
}

// down has clients wait, and be told in the end, while nothing serves.
func (r *runner) down() {
	if r.keeper != nil && r.current == nil {
		r.keeper.Down()
	}
}

// gone forgets a generation whose process has ended.
func (r *runner) gone(g *generation) {
	if g.kept != nil {
		r.keeper.Gone(g.kept)
	}
}

// takesUpAgain puts the generation before g in charge again, if g has died so
// soon that it is still there.
func (r *runner) takesUpAgain(g *generation, exit proc.Exit) bool {
	if len(r.old) == 0 || r.op != nil && r.op.next == nil {
		return false
	}
	last := r.old[len(r.old)-1]
	if last.kept == nil || last.ending {
		return false
	}
	r.old = r.old[:len(r.old)-1]
	last.replaced, last.since = false, time.Time{}
	r.current = last
	r.keeper.Resume(last.kept)
	r.keeper.Serve(last.kept)
	message, hint := r.opts.Console.digest()
	message = strings.TrimPrefix(message+", right after it had begun to serve", ", ")
	kind := Failed
	if r.op != nil {
		kind = Exited // what is said to have failed is the reload under way
	}
	r.emit(Event{Kind: kind, Generation: g.number, PID: g.pid, Handoff: Kept, Exit: exit, Message: message, Hint: hint})
	return true
}

// cannotRunTwice starts the program of op again, alone, if it has died because
// the old generation lives.
func (r *runner) cannotRunTwice(g *generation) bool {
	op := r.op
	if op.handoff != Kept || op.refused || op.aborted || r.current == nil || g.kept == nil {
		return false
	}
	why := r.opts.Console.taken(r.current.pids())
	if why == "" {
		return false
	}
	r.alone, op.refused = true, true
	r.emit(Event{Kind: Advice, Generation: g.number, Message: fmt.Sprintf(
		"%q: the program cannot run twice, so the old one is stopped first from now on and clients wait meanwhile; overlap = false in [ginreload] says so at once", why)})
	op.why = "it does not run twice"
	r.retire()
	return true
}
