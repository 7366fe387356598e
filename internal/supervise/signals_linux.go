package supervise

import (
	"fmt"
	"os"
	"syscall"
)

// pass hands a signal on to the main process.
func (p *parent) pass(sig os.Signal) {
	switch {
	case sig == syscall.SIGPIPE:
	case p.current == nil:
		p.opts.Say(fmt.Sprintf("%v: not passed on, the program does not run just now", sig))
	case sig == syscall.SIGUSR2 && p.embeds == nil:
		// It answers its clients a moment before it says that it is ready.
		p.upgrade = true
		p.opts.Say(fmt.Sprintf("%v: kept until process %d says that it is ready and has a supervisor; without one the signal would kill it", sig, p.current.PID))
	case sig == syscall.SIGUSR2 && !*p.embeds:
		p.opts.Say(fmt.Sprintf("%v: not passed on to process %d: it has no supervisor, and the signal would kill it", sig, p.current.PID))
	default:
		p.again = p.again || (sig == syscall.SIGUSR2 && p.reloading)
		p.send(p.current, sig)
	}
}

// stop hands on a signal that ends the program, and sets its limit.
func (p *parent) stop(sig os.Signal) {
	if p.stopping == nil {
		p.onTimer = nil // a restart that was to come
		if p.opts.StopTimeout > 0 {
			p.after(p.opts.StopTimeout, func() {
				p.opts.Say(fmt.Sprintf("the program has not ended within %v after %v; killing it", p.opts.StopTimeout, sig))
				p.killAll()
			})
		}
	}
	p.stopping = sig
	for _, g := range p.everyone() {
		p.send(g, sig)
	}
}

// greet hands a generation that has just become known the stop which was asked
// for before.
func (p *parent) greet(g *generation) {
	if p.stopping != nil {
		p.send(g, p.stopping)
	}
}

func (p *parent) send(g *generation, sig os.Signal) {
	if err := g.Signal(sig); err != nil {
		p.opts.Say(err.Error())
	}
}
