package app

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
)

// drainPatience is how long a generation that was replaced may hold up the
// next reload. The library is patient, as production needs it; a developer who
// has saved twice wants to see the second version.
const drainPatience = 2 * time.Second

// sentinel marks a process that tableflip has started.
const sentinel = "TABLEFLIP_HAS_PARENT_7DIU3"

// askForUpgrade has the running program start its successor.
func (r *runner) askForUpgrade() {
	op := r.op
	r.opts.Console.mark()
	op.from = r.current
	r.emit(Event{Kind: Starting, Generation: op.number, Handoff: op.handoff, Why: op.why})
	if err := proc.Signal(r.current.pid, upgradeSignal); err != nil {
		r.fail(Event{Message: fmt.Sprintf("ask #%d to hand over: %v", r.current.number, err)})
		return
	}
	r.after(drainPatience, r.hurry)
}

// hurry removes what holds up an upgrade: generations that still drain.
func (r *runner) hurry() {
	for _, g := range r.old {
		r.emit(Event{Kind: Notice, Generation: g.number,
			Message: fmt.Sprintf("#%d still had open connections after %v; closed them so that #%d can start", g.number, drainPatience, r.op.number),
			Hint:    "a handler of a long stream can end by itself: select on supervisor.Draining(r.Context())"})
		proc.Kill(g.pid)
	}
	op := r.op
	r.after(patience-drainPatience, func() {
		message := fmt.Sprintf("#%d is not ready after %v", op.number, patience)
		if r.current != nil {
			message += fmt.Sprintf("; #%d still serves", r.current.number)
		}
		r.emit(Event{Kind: Notice, Generation: op.number, Message: message, Hint: "save again to try another version"})
	})
}

// notified acts on what a process of the program says.
func (r *runner) notified(n manager.Notification) {
	switch {
	case n.Sender.UID != os.Getuid() && n.Sender.UID != 0:
		n.Discard() // somebody else's process
		return
	case n.Has("FDSTORE"):
		for _, f := range n.Files {
			r.keep(n.Fields["FDNAME"], f)
		}
		return
	}
	n.Discard()
	if n.Has("RELOADING") && r.op != nil {
		r.op.asked = true
	}
	if !n.Has("READY") {
		return
	}
	pid := n.MainPID()
	switch {
	case r.stopping:
	case n.Fields["X_GINRELOAD_FAILED"] != "":
		r.upgradeFailed(n)
	case r.op != nil && r.op.next != nil:
		r.coldReady(pid, n)
	case r.op != nil && r.op.handoff == Supervised && r.knows(pid) == nil:
		g := &generation{number: r.op.number, pid: pid, supervised: true, begun: r.op.begun}
		r.inherit(g)
		r.watch(g)
		r.ready(g, proc.Listening([]int{pid}))
	case r.knows(pid) != nil && r.knows(pid).replaced:
		r.takenBack(r.knows(pid))
	case r.op == nil && r.current != nil && r.knows(pid) == nil:
		// Somebody else sent SIGUSR2.
		r.count++
		r.op = &operation{number: r.count, begun: time.Now(), handoff: Supervised, why: "upgraded from outside", from: r.current}
		r.notified(n)
	}
}

func (r *runner) coldReady(pid int, n manager.Notification) {
	g := r.op.next
	g.supervised = n.Has("X_GINRELOAD_SUPERVISOR")
	if pid != 0 {
		// Behind a wrapper the program is not the process that we have started,
		// but its end is that of the wrapper.
		g.pid = pid
	}
	r.ready(g, proc.Listening([]int{g.pid}))
}

// knows returns the generation of a process.
func (r *runner) knows(pid int) *generation {
	if r.current != nil && r.current.pid == pid {
		return r.current
	}
	for _, g := range r.old {
		if g.pid == pid {
			return g
		}
	}
	return nil
}

// inherit gives a successor what it has of the generation before.
func (r *runner) inherit(g *generation) {
	from := r.op.from
	g.group, g.env, g.signal, g.binary = from.group, from.env, from.signal, from.binary
}

// upgradeFailed ends op with what the running generation says about it.
func (r *runner) upgradeFailed(n manager.Notification) {
	if r.op == nil || r.op.handoff != Supervised {
		return
	}
	e := Event{Exit: parseExit(n.Fields["X_GINRELOAD_EXIT"])}
	e.Message, e.Hint = r.opts.Console.digest()
	said := strings.TrimPrefix(n.Fields["X_GINRELOAD_FAILED"], "upgrade: ")
	switch {
	case !e.Exit.Known:
		e.Message = said
	case e.Message == "":
		e.Message = cause(strings.ReplaceAll(said, " | ", "\n"))
	}
	r.fail(e)
}

// takenBack notes that a replaced generation serves again, because the newer
// one died within its guard time.
func (r *runner) takenBack(g *generation) {
	g.replaced = false
	for i, o := range r.old {
		if o == g {
			r.old = append(r.old[:i], r.old[i+1:]...)
			break
		}
	}
	failed := r.current
	r.current = g
	if failed != nil {
		message, hint := r.opts.Console.digest()
		r.emit(Event{Kind: Failed, Generation: failed.number, PID: failed.pid, Message: message, Hint: hint})
	}
}

// orphanedUpgrade deals with the death of the generation that was handing over.
// Its successor, if there is one, takes over by itself; else the binary is
// started as if nothing had run.
func (r *runner) orphanedUpgrade(g *generation) {
	if r.successor(os.Getpid()) != 0 {
		return
	}
	r.op.handoff, r.op.why = Cold, fmt.Sprintf("#%d ended while it was handing over", g.number)
	r.start()
}

// successor returns the process that parent has started by an upgrade and that
// is no generation yet.
func (r *runner) successor(parent int) int {
	for _, pid := range proc.Children(parent) {
		if r.knows(pid) == nil && proc.HasEnv(pid, sentinel, "") && proc.HasEnv(pid, proc.SessionEnv, r.opts.Session.Token) {
			return pid
		}
	}
	return 0
}

// killSuccessor makes the upgrade fail; the running generation then says so.
func (r *runner) killSuccessor() {
	if r.current == nil {
		return
	}
	if pid := r.successor(r.current.pid); pid != 0 {
		proc.Kill(pid)
	}
}

// parseExit reads what os.ProcessState prints.
func parseExit(text string) proc.Exit {
	if code, ok := strings.CutPrefix(text, "exit status "); ok {
		if n, err := strconv.Atoi(code); err == nil {
			return proc.Exit{Code: n, Known: true}
		}
	}
	if name, ok := strings.CutPrefix(text, "signal: "); ok {
		name, _, _ = strings.Cut(name, " (")
		for sig := syscall.Signal(1); sig < 65; sig++ {
			if sig.String() == name {
				return proc.Exit{Code: -1, Signal: proc.SignalName(sig), Known: true}
			}
		}
	}
	return proc.Exit{}
}
