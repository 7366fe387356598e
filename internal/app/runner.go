package app

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ginreload/ginreload/internal/binary"
	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/sockets"
)

// patience is how long a reload waits before it says what it is waiting for.
const patience = 5 * time.Second

// runner is the goroutine of Run and owns all that follows.
type runner struct {
	app  *App
	opts Options
	ctx  context.Context
	bus  *manager.Bus

	exits      chan exited
	listened   chan listened
	probed     chan probed
	over       chan struct{} // closed when the loop has ended
	background sync.WaitGroup

	count   int // generations started so far
	current *generation
	old     []*generation // replaced, still draining
	op      *operation    // the reload under way, nil for none
	store   manager.Store
	paths   []string // of unix sockets in store, removed at the end
	advised bool
	refusal error // why sockets are not kept, although they should be

	keeper *sockets.Keeper      // nil if no sockets are kept
	kept   <-chan sockets.Event // of keeper
	alone  bool                 // no two generations at a time

	stopping bool
	timer    *time.Timer // of op or of the stop
	onTimer  func()
}

// operation is a reload under way.
type operation struct {
	binary  string
	embeds  bool // package supervisor
	handoff Handoff
	why     string
	number  int
	env     []string
	begun   time.Time
	from    *generation // that hands over by itself; it may have ended
	next    *generation // nil while the old one is being stopped or asked to hand over
	listen  context.CancelFunc
	aborted bool
	asked   bool // the supervisor has begun to hand over
	alone   bool // the old generation is stopped first, its sockets being kept
	ended   bool // the old generation has ended, others before it may not have
	refused bool // a start beside the old generation has failed for that reason
}

func (r *runner) run() error {
	r.over = make(chan struct{})
	r.timer = time.NewTimer(time.Hour)
	r.timer.Stop()
	defer func() {
		close(r.over)
		r.closeKeeper()
		r.store.Clear()
		r.removePaths()
		r.background.Wait()
	}()
	for !r.ended() {
		select {
		case f := <-r.app.inbox:
			f(r)
		case n := <-r.bus.Messages():
			r.notified(n)
		case e := <-r.exits:
			r.exited(e)
		case l := <-r.listened:
			r.isListening(l)
		case p := <-r.probed:
			r.hasAnswered(p)
		case e := <-r.kept:
			r.keeps(e)
		case <-r.timer.C:
			if f := r.onTimer; f != nil {
				r.onTimer = nil
				f()
			}
		case <-r.ctx.Done():
			r.killAll()
			return context.Cause(r.ctx)
		}
	}
	r.emit(Event{Kind: Stopped})
	return nil
}

func (r *runner) ended() bool {
	return r.stopping && r.current == nil && len(r.old) == 0 && (r.op == nil || r.op.next == nil)
}

func (r *runner) emit(e Event) {
	if r.current != nil {
		e.Serving = r.current.number
	}
	select {
	case r.app.events <- e:
	case <-r.ctx.Done():
	}
}

func (r *runner) after(d time.Duration, f func()) {
	r.onTimer = f
	r.timer.Reset(d)
}

func (r *runner) cancelTimer() {
	r.onTimer = nil
	r.timer.Stop()
}

// reload picks the way from what runs to the binary at path.
func (r *runner) reload(path string) {
	if r.stopping {
		return
	}
	r.count++
	// Now rather than when the old program is gone: until then it serves.
	embeds := binary.EmbedsSupervisor(path)
	r.op = &operation{binary: path, embeds: embeds, number: r.count, env: r.opts.Env(), begun: time.Now(), handoff: Cold}
	switch {
	case r.current == nil:
		r.start()
	case embeds && r.current.supervised && slices.Equal(r.current.env, r.op.env):
		r.op.handoff = Supervised
		r.op.why = "the program embeds supervisor"
		r.askForUpgrade()
	case r.keeping() && !embeds && r.current.listens:
		r.replaceKept()
	default:
		r.op.handoff = Restart
		switch {
		case embeds && r.current.supervised:
			// A successor inherits the variables of the process before it. The
			// sockets are in the store meanwhile.
			r.op.why = "its environment has changed"
		case r.current.supervised:
			r.op.why = "the new program does not embed supervisor any more"
		case embeds:
			r.op.why = "the running program has no supervisor yet"
		default:
			r.op.why = "the program does not embed supervisor"
		}
		r.terminate(r.current)
	}
}

// start starts the binary of op while nothing else serves.
func (r *runner) start() {
	op := r.op
	if !op.embeds {
		// A program that binds by itself would find its address in use.
		r.store.Clear()
	}
	env := append(r.opts.Session.Env(op.env), "NOTIFY_SOCKET="+r.bus.Path(), fmt.Sprint(manager.StoreEnv, "=", manager.Room))
	command := r.opts.Command(op.binary)
	args, env := r.activated(command, env)
	op.begun = time.Now()
	stdout, stderr := r.opts.Console.Files()
	r.opts.Console.mark()
	p, kept, err := r.spawn(proc.Command{Args: args, Dir: r.opts.Dir, Env: env, Stdout: stdout, Stderr: stderr, Files: r.store.Files()})
	if err != nil {
		r.fail(Event{Message: err.Error(), Hint: startHint(err)})
		return
	}
	op.next = &generation{
		number: op.number, pid: p.PID(), group: p.PID(), binary: op.binary, env: op.env, signal: r.signalFor(command), begun: op.begun, kept: kept,
	}
	r.opts.Session.Remember(proc.LeftGroup, fmt.Sprint(p.PID()))
	r.follow(op.next, p)
	r.emit(Event{Kind: Starting, Generation: op.number, PID: p.PID(), Handoff: op.handoff, Why: op.why})
	if !op.embeds && r.current == nil {
		r.awaitListening(op)
	}
	r.after(patience, func() {
		r.emit(Event{Kind: Notice, Generation: op.number, Message: fmt.Sprintf("#%d has been starting for %v", op.number, patience)})
	})
}

// ready ends op: its generation serves.
func (r *runner) ready(g *generation, addrs []netip.AddrPort) {
	op := r.op
	r.op = nil
	r.cancelTimer()
	if op.listen != nil {
		op.listen()
	}
	before := r.current
	if before != nil {
		before.replaced = true
		r.old = append(r.old, before)
	}
	r.current = g
	r.handOver(before, g)
	r.emit(Event{
		Kind: Ready, Generation: g.number, PID: g.pid, Handoff: op.handoff, Why: op.why,
		Took: time.Since(op.begun), Addresses: texts(addrs),
	})
	r.adviseOn(g)
}

// fail ends op: its generation will never serve.
func (r *runner) fail(e Event) {
	op := r.op
	r.op = nil
	r.cancelTimer()
	if op.listen != nil {
		op.listen()
	}
	e.Kind, e.Generation, e.Handoff, e.Superseded = Failed, op.number, op.handoff, op.aborted
	r.emit(e)
	r.down()
}

// exited deals with the end of a process, whoever asked for it.
func (r *runner) exited(e exited) {
	g := e.gen
	if left := r.leftBehind(g); len(left) > 0 {
		r.awaitRest(e, left)
		return
	}
	switch {
	case slices.Contains(r.old, g):
		r.old = slices.DeleteFunc(r.old, func(o *generation) bool { return o == g })
		if !g.supervised { // whose successors are in its group
			r.killGeneration(g)
		}
		r.gone(g)
		r.emit(Event{Kind: Gone, Generation: g.number, PID: g.pid, Exit: e.exit})
		if r.op != nil && r.op.ended && !r.stopping {
			r.startAlone()
		}
	case r.op != nil && r.op.next == g:
		r.op.next = nil
		proc.KillGroup(g.group)
		r.gone(g)
		if r.stopping {
			r.op = nil
			return
		}
		if r.cannotRunTwice(g) {
			return
		}
		message, hint := r.opts.Console.digest()
		if r.op.handoff == Kept && r.current != nil && message == "" && !e.exit.OK() {
			hint = "if it fails because the old version still runs, say overlap = false in [ginreload] of .air.toml"
		}
		r.fail(Event{PID: g.pid, Exit: e.exit, Message: message, Hint: hint})
	case r.current == g:
		r.current = nil
		if r.op == nil || r.op.handoff != Supervised {
			r.killGeneration(g) // a wrapper may have left its program behind
		}
		r.gone(g)
		if !r.stopping && r.takesUpAgain(g, e.exit) {
			return
		}
		r.currentEnded(g, e.exit)
	}
}

func (r *runner) currentEnded(g *generation, exit proc.Exit) {
	switch {
	case r.stopping:
		r.emit(Event{Kind: Gone, Generation: g.number, PID: g.pid, Exit: exit})
	case r.op != nil && (r.op.handoff == Restart || r.op.alone):
		r.cancelTimer()
		r.emit(Event{Kind: Gone, Generation: g.number, PID: g.pid, Exit: exit})
		if r.op.aborted {
			r.fail(Event{})
			return
		}
		r.down()
		r.startAlone()
	case r.op != nil && r.op.handoff == Supervised:
		r.orphanedUpgrade(g)
	default:
		message, hint := r.opts.Console.digest()
		r.emit(Event{Kind: Exited, Generation: g.number, PID: g.pid, Exit: exit, Message: message, Hint: hint})
		r.down()
	}
}

func texts(addrs []netip.AddrPort) []string {
	var all []string
	for _, a := range addrs {
		if a.Addr().IsUnspecified() || a.Addr().IsLoopback() {
			all = append(all, fmt.Sprintf("http://localhost:%d", a.Port()))
		} else {
			all = append(all, a.String())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
