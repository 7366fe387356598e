package supervise

import (
	"slices"
	"strings"
	"syscall"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
)

// hear deals with what was said before a process ended, by which its end may
// mean something else.
func (p *parent) hear() {
	for {
		select {
		case n := <-p.bus.Messages():
			p.notified(n)
		default:
			return
		}
	}
}

// notified acts on what a process says.
func (p *parent) notified(n manager.Notification) {
	before := p.knows(n.Sender.PID)
	if before == nil && !proc.Below(n.Sender.PID) {
		n.Discard() // whoever it is, it is not the program
		return
	}
	if n.Has("FDSTORE") && p.opts.Restart {
		for _, f := range n.Files {
			p.store.Put(n.Fields["FDNAME"], f)
		}
		return
	}
	n.Discard()
	if n.Has("FDSTOREREMOVE") {
		p.store.Remove(n.Fields["FDNAME"])
	}
	if main := p.current != nil && before == p.current; main && (n.Has("RELOADING") || n.Has("READY")) {
		p.reloading = n.Has("RELOADING")
	}
	if before != nil && n.Has("STOPPING") {
		before.stops = true
	}
	// What a generation says that drains concerns nobody.
	main := before == nil || before == p.current
	if n.Has("READY") {
		p.ready(n)
	}
	if main || before == p.current {
		p.report(n)
	}
}

// ready makes the process that n names the main one.
func (p *parent) ready(n manager.Notification) {
	if p.embeds == nil {
		embeds := n.Has("X_GINRELOAD_SUPERVISOR")
		p.embeds = &embeds
	}
	g := p.named(n)
	if g == nil {
		return
	}
	g.spoke, g.name = true, proc.Name(g.PID)
	if g != p.current {
		p.replace(g)
		// It came too late for the one that was replaced, unless that has passed it on.
		p.upgrade = p.upgrade || (p.again && n.Fields["X_GINRELOAD_ASKED"] == "")
	}
	p.again = false
	if p.upgrade {
		p.upgrade = false
		p.pass(syscall.SIGUSR2)
	}
}

// named is the generation that n is about: the one that MAINPID names, else the
// sender if it is one, else the main process, for which a helper such as
// systemd-notify(1) may speak. It is nil if that process has ended.
func (p *parent) named(n manager.Notification) *generation {
	pid := n.MainPID()
	if g := p.knows(pid); g != nil {
		return g
	}
	if n.Fields["MAINPID"] == "" {
		return p.current
	}
	g, err := p.meet(pid)
	if err != nil {
		return nil // as we shall hear from who has started it
	}
	if !proc.Below(pid) {
		g.Close()
		return nil
	}
	if n.Fields["X_GINRELOAD_ASKED"] != "stop" {
		p.greet(g)
	}
	return g
}

// replace makes g the main process.
func (p *parent) replace(g *generation) {
	p.old = slices.DeleteFunc(p.old, func(o *generation) bool { return o == g })
	if p.current != nil {
		p.old = append(p.old, p.current)
	}
	p.current = g
}

// report passes on to the manager above what concerns it.
func (p *parent) report(n manager.Notification) {
	if p.above == "" {
		return
	}
	lines := n.Lines("READY", "RELOADING", "MONOTONIC_USEC", "STOPPING", "STATUS", "ERRNO", "EXTEND_TIMEOUT_USEC", "WATCHDOG", "WATCHDOG_USEC")
	if len(lines) == 0 {
		return
	}
	if err := manager.Tell(p.above, strings.Join(lines, "\n")); err != nil {
		p.opts.Say(err.Error())
	}
}
