package supervisor

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// hookTime bounds the context of a hook.
const hookTime = 30 * time.Second

// signals are what a process is told from outside. Each kind has a channel of
// its own, so that a burst of one cannot crowd out another.
type signals struct {
	upgrades, stops, reloads, reopens chan os.Signal
}

func newSignals() signals {
	return signals{
		upgrades: make(chan os.Signal, 1), stops: make(chan os.Signal, 2),
		reloads: make(chan os.Signal, 1), reopens: make(chan os.Signal, 1),
	}
}

// catch begins to collect signals, at most those that do not end the program:
// these are left alone until Run, so that a main that hangs can be ended.
func (g signals) catch(o Options) {
	if o.NoSignals {
		return
	}
	notifyOn(g.upgrades, o.Signals.Upgrade)
	notifyOn(g.reloads, o.Signals.Reload)
	notifyOn(g.reopens, o.Signals.Reopen)
}

func (g signals) catchStops(o Options) {
	if !o.NoSignals {
		notifyOn(g.stops, o.Signals.Stop)
	}
}

func (g signals) release() {
	for _, c := range []chan os.Signal{g.upgrades, g.stops, g.reloads, g.reopens} {
		signal.Stop(c)
	}
}

// notifyOn is signal.Notify, for which no signals means all of them.
func notifyOn(c chan os.Signal, sigs []os.Signal) {
	if len(sigs) > 0 {
		signal.Notify(c, sigs...)
	}
}

// tend runs the hooks for reloads and reopened logs, one at a time, until Run
// returns. A signal that comes while one runs leads to one more.
func (s *Supervisor) tend() {
	for {
		select {
		case <-s.signals.reloads:
			s.reload()
		case <-s.signals.reopens:
			if s.predecessor != nil {
				s.predecessor.ctl.send(message{Reopen: true}) // it may be gone, and then has no log
			}
			s.reopen()
		case <-s.finished:
			return
		}
	}
}

func (s *Supervisor) reload() {
	if s.opts.OnReload == nil && onTerminal() {
		select {
		case s.signals.stops <- os.Interrupt: // nobody is left to see it
		default:
		}
		return
	}
	hook := s.opts.OnReload
	if hook == nil {
		hook = func(context.Context) error { return s.ReloadCertificates() }
	}
	s.emit(Event{Kind: EventReloaded, Err: runHook(hook)})
}

func (s *Supervisor) reopen() { s.emit(Event{Kind: EventReopened, Err: runHook(s.opts.OnReopen)}) }

func runHook(hook func(context.Context) error) error {
	if hook == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), hookTime)
	defer cancel()
	return hook(ctx)
}
