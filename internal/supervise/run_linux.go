package supervise

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/proc"
)

// Run starts the program and returns its exit code when it and all its
// generations have ended: 128 plus the number of the signal if one has killed
// the last main process. Where a process that still drained has reaped the main
// one, Linux before 6.15 does not tell its status: then it is 0 if the main
// process had said that it stops, else 1. The end of ctx kills
// everything. An error says that the program did not run; a *StartError knows
// its exit code. A process has one Run: it reaps all children.
func Run(ctx context.Context, opts Options) (code int, err error) {
	if err := proc.Adopt(); err != nil {
		return 0, fmt.Errorf("become the parent of orphans: %w", err)
	}
	bus, err := manager.OpenBus(manager.Path(""))
	if err != nil {
		return 0, err
	}
	defer bus.Close()
	p := &parent{
		opts: opts, bus: bus, above: variable(opts.Env, "NOTIFY_SOCKET"),
		ended:    make(chan departure),
		children: make(chan os.Signal, 1),
		stops:    make(chan os.Signal, 4),
		others:   make(chan os.Signal, 8),
		timer:    time.NewTimer(0),
	}
	p.timer.Stop()
	defer p.timer.Stop()
	signal.Notify(p.children, syscall.SIGCHLD)
	signal.Notify(p.stops, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	// SIGPIPE is in this list to be dropped: a line of ours that nobody reads is
	// no reason to end (os/signal).
	signal.Notify(p.others, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH, syscall.SIGPIPE)
	defer signal.Stop(p.children)
	defer signal.Stop(p.stops)
	defer signal.Stop(p.others)
	if opts.Leash {
		leash, err := proc.PostGuard(opts.Guard)
		if err != nil {
			return 0, err
		}
		defer leash.Dismiss()
		p.leash = leash
	}
	return p.run(ctx)
}

// parent is the goroutine of Run, and owns all that follows.
type parent struct {
	opts  Options
	bus   *manager.Bus
	above string // notify socket of the manager above us, "" for none
	leash *proc.Guard

	ended    chan departure
	watchers sync.WaitGroup
	done     <-chan struct{} // of the context

	// Apart, so that a burst of one kind cannot crowd out another.
	children, stops, others chan os.Signal

	store     manager.Store
	current   *generation   // the main process, nil for none
	old       []*generation // were main once, or started a main process that is not our child
	last      proc.Exit     // how the last main process ended
	embeds    *bool         // whether the program has announced a supervisor; nil as long as it says nothing
	reloading bool          // the main process has begun an upgrade
	upgrade   bool          // SIGUSR2 waits for that
	again     bool          // SIGUSR2 went to a main process that had begun an upgrade already
	stopping  os.Signal     // the signal that asked for the stop, nil for none
	killing   bool          // everything gets SIGKILL

	crashes int       // in a row
	begun   time.Time // the last start

	timer   *time.Timer
	onTimer func() // nil for none
}

func (p *parent) run(ctx context.Context) (code int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer p.watchers.Wait()
	defer cancel()
	p.done = ctx.Done()
	p.inherit()
	defer p.store.Clear()
	if err := p.start(); err != nil {
		return 0, err
	}
	ending := ctx.Done()
	for {
		select {
		case <-p.children:
			p.hear()
			p.reap()
		case d := <-p.ended:
			p.hear()
			p.reap() // if it is our child, it has a status
			p.left(d.generation, d.exit)
		case n := <-p.bus.Messages():
			p.notified(n)
		case sig := <-p.stops:
			p.stop(sig)
		case sig := <-p.others:
			p.pass(sig)
		case <-p.timer.C:
			if f := p.onTimer; f != nil {
				p.onTimer = nil
				f()
			}
		case <-ending:
			ending = nil
			p.stopping = syscall.SIGKILL
			p.killAll()
		}
		if p.killing {
			p.killAll() // also what was started or adopted since
		}
		if p.over() {
			return exitCode(p.last), nil
		}
	}
}

// over reports whether nothing is left to wait for.
func (p *parent) over() bool {
	if p.current != nil || len(p.old) > 0 {
		return false
	}
	if !p.opts.Restart || p.stopping != nil || p.last.OK() {
		return true
	}
	if p.onTimer == nil {
		p.restart()
	}
	return false
}

func (p *parent) after(d time.Duration, f func()) {
	p.onTimer = f
	p.timer.Reset(d)
}
