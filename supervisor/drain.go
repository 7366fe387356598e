package supervisor

import (
	"context"
	"log/slog"
	"os"
	"strconv"
	"time"
)

// queueTime is how long a stop goes on accepting, so that connections which
// wait in the kernel's queue are served rather than reset.
const queueTime = 20 * time.Millisecond

// drain takes a process from serving to empty: in favour of next, or for good.
type drain struct {
	*runner
	attempt *attempt   // that put next in our place, nil at a stop
	next    *successor // nil at a stop
	begun   time.Time
	cause   error // ErrUpgraded or ErrStopping
	hasten  bool  // the next generation waits for us to leave
	bye     bool  // the next generation was asked to stop
	stopped int   // signals to stop since the drain began
	refused bool  // listeners that the new version does not have were closed
}

// run drains. It reports back=true if the next generation died while this
// process could still take up again, which it then has.
func (d *drain) run() (back bool, err error) {
	s := d.sup
	d.begun, d.cause = time.Now(), ErrStopping
	if d.next != nil {
		d.cause = ErrUpgraded
	}
	ctx, cancel := context.WithDeadlineCause(context.Background(), d.begun.Add(s.opts.DrainTimeout), ErrAborted)
	defer cancel()
	s.conns.drain(ctx, d.next, d.cause, d.spread)
	s.lameDuck.Store(true)
	s.emit(Event{Kind: EventDraining})
	s.mu.Lock()
	close(s.draining)
	s.mu.Unlock()

	end := d.wait()
	if end == drained && !d.leave() {
		end = successorDied
	}
	switch end {
	case drained:
	case successorDied:
		d.takeUp()
		return true, nil
	default:
		return false, d.cut(end)
	}
	s.park()
	s.conns.settle()
	if n := s.conns.giveUp(); n > 0 {
		s.log(slog.LevelWarn, "requests that did not arrive in time were given up; see NewConnGrace", "connections", n)
	}
	s.shutdown(ctx)
	r := s.conns.conclude()
	s.emit(Event{Kind: EventDrained, Took: r.Took, Text: r.String()})
	return false, nil
}

// delay is the time in which a load balancer learns of a stop. It serves on.
func (d *drain) delay() {
	s := d.sup
	if s.opts.StopDelay <= 0 {
		return
	}
	over := time.NewTimer(s.opts.StopDelay)
	defer over.Stop()
	for {
		select {
		case <-over.C:
			return
		case sig := <-s.signals.stops:
			s.log(slog.LevelInfo, "second signal, the stop delay is over", "signal", sig.String())
			return
		case <-s.signals.upgrades:
			s.emit(Event{Kind: EventRefused, Err: ErrStopping})
		case req := <-s.requests:
			req.reply <- upgradeReply{err: ErrStopping}
		case err := <-s.served:
			s.log(slog.LevelWarn, "server failed during the stop delay", "error", err)
		}
	}
}

// ending is why a drain has come to its end.
type ending string

const (
	drained       ending = "drained"
	successorDied ending = "the new process died"
	pastDeadline  ending = "drain deadline"
	secondSignal  ending = "second signal"
)

// leaveTime is how long the new process may take to report ready to tableflip.
const leaveTime = 2 * time.Second

// leave makes sure that the new process is there when this one goes: it reports
// ready to tableflip, or it is dead and leave reports false.
func (d *drain) leave() bool {
	if d.next == nil {
		return true
	}
	limit := time.NewTimer(leaveTime)
	defer limit.Stop()
	d.next.ctl.sendBefore(time.Now().Add(leaveTime))
	d.next.ctl.send(message{Leave: true})
	messages := d.next.messages
	for {
		select {
		case err := <-d.attempt.flipped:
			if err == nil {
				return true
			}
			d.attempt.flipped <- err // for whoever waits for tableflip
			d.replaced = false       // nobody is left whom tableflip could kill
			d.next.hangUp()
			for m := range d.next.messages { // that it has sent before its end
				d.bye = d.bye || m.Bye
			}
			return d.bye
		case m, ok := <-messages:
			if !ok {
				messages = nil
			}
			d.bye = d.bye || m.Bye
		case <-limit.C:
			return true // it is alive, but busy, and has what it needs
		}
	}
}

// wait returns when nothing is left that deserves waiting for.
func (d *drain) wait() ending {
	s := d.sup
	deadline := time.NewTimer(s.opts.DrainTimeout)
	defer deadline.Stop()
	grace := time.NewTimer(0)
	defer grace.Stop()
	var messages chan message
	var flipped chan error
	if d.next != nil {
		messages, flipped = d.next.messages, d.attempt.flipped
	}
	for {
		left := d.left()
		if left <= 0 {
			return drained
		}
		grace.Reset(left)
		select {
		case <-s.conns.changed:
		case <-grace.C:
		case <-deadline.C:
			return pastDeadline
		case m, ok := <-messages:
			if !ok && !d.bye {
				return successorDied
			}
			if !ok {
				messages = nil
			}
			d.hear(m)
		case err := <-flipped:
			flipped <- err // for whoever waits for tableflip
			flipped = nil
			if err != nil {
				d.next.hangUp()
			}
		case <-s.signals.upgrades:
			s.emit(Event{Kind: EventRefused, Err: d.refusal()})
		case sig := <-s.signals.stops:
			if d.interrupted(sig) {
				return secondSignal
			}
		case req := <-s.requests:
			req.reply <- upgradeReply{err: d.refusal()}
		case err := <-s.served:
			s.log(slog.LevelWarn, "server failed during the drain", "error", err)
		}
	}
}

// hear acts on what the new process says.
func (d *drain) hear(m message) {
	d.bye = d.bye || m.Bye
	if m.Hasten || m.Bye {
		d.hasten = true
		d.sup.conns.hurry()
	}
	if m.Reopen {
		select {
		case d.sup.signals.reopens <- os.Interrupt: // which one does not matter
		default: // one is pending already
		}
	}
}

// refuseRemoved has connections refused where the new version does not listen
// any more, rather than leaving them in a queue until the drain is over.
func (d *drain) refuseRemoved() {
	if d.next == nil || d.refused || time.Since(d.begun) < d.sup.opts.Guard {
		return
	}
	d.refused = true
	for _, l := range d.sup.allListeners() {
		if !d.next.keeps(l.name) {
			l.refuse()
		}
	}
}

// left returns how long to wait at most until something may have changed, 0
// for no longer.
func (d *drain) left() time.Duration {
	s := d.sup
	now := time.Since(d.begun)
	wait := time.Duration(0)
	until := func(t time.Duration) {
		if rest := t - now; rest > 0 && (wait == 0 || rest < wait) {
			wait = rest
		}
	}
	if d.next == nil && now >= queueTime {
		s.park()
	}
	if d.final(now) {
		s.endGraceful()
	}
	n := s.conns.tend(d.idleGrace())
	if n.active+n.hijacked+n.calls > 0 {
		wait = s.opts.DrainTimeout // the deadline itself comes before that
	}
	if !n.next.IsZero() && (wait > 0 || !d.bye) {
		until(n.next.Sub(d.begun))
	}
	if d.next == nil {
		until(queueTime)
	}
	if d.bye {
		return wait
	}
	d.refuseRemoved()
	if d.next != nil && !d.hasten {
		until(s.opts.Guard)
	}
	if n.fresh > 0 {
		until(d.newConnGrace())
	}
	return wait
}

// final reports whether there is no way back, now after the drain began.
func (d *drain) final(now time.Duration) bool {
	if d.next == nil {
		return now >= queueTime
	}
	return d.hasten || d.bye || now >= d.sup.opts.Guard
}

func (d *drain) idleGrace() time.Duration {
	switch {
	case d.sup.opts.IdleGrace > 0:
		return d.sup.opts.IdleGrace
	case d.next == nil:
		return 100 * time.Millisecond
	}
	return time.Second
}

func (d *drain) spread(n int) time.Duration {
	if d.hasten {
		return 0
	}
	return d.sup.opts.spread(n)
}

// newConnGrace is short at a stop: nobody will answer a browser's spare
// connection afterwards anyway.
func (d *drain) newConnGrace() time.Duration {
	if d.next == nil {
		return min(d.sup.opts.NewConnGrace, time.Second)
	}
	return d.sup.opts.NewConnGrace
}

// interrupted counts the signals that ask for a stop. A drain for a successor
// is a stop already, so there the first one changes nothing.
func (d *drain) interrupted(sig os.Signal) bool {
	if d.foretold {
		d.foretold = false // it was sent to both, as a service manager does
		return false
	}
	d.stopped++
	d.sup.log(slog.LevelInfo, "stop signal during the drain", "signal", sig.String())
	return d.next == nil || d.stopped > 1
}

func (d *drain) refusal() error {
	if d.next != nil {
		return ErrReplaced
	}
	return ErrStopping
}

// cut closes what is left and says how much that was.
func (d *drain) cut(why ending) error {
	s := d.sup
	s.park()
	s.conns.settle()
	n := s.conns.cut()
	s.stopGraceful()
	done, cancel := context.WithCancel(context.Background())
	cancel()
	s.shutdown(done)
	r := s.conns.conclude()
	if n == 0 {
		s.emit(Event{Kind: EventDrained, Took: r.Took, Text: r.String()})
		return nil
	}
	err := &CutError{Why: string(why), Connections: n, Report: r}
	s.emit(Event{Kind: EventCut, Took: r.Took, Err: err, Text: r.String()})
	return err
}

// takeUp reverses the drain: the sockets were never closed.
func (d *drain) takeUp() {
	s := d.sup
	s.conns.resume()
	s.lameDuck.Store(false)
	s.mu.Lock()
	s.draining = make(chan struct{})
	s.mu.Unlock()
	s.unpark()
	s.forsake()
}

func pidText() string { return strconv.Itoa(os.Getpid()) }

// shutdown ends the servers. Whatever connections are left have had their
// grace; it stops waiting for the others when ctx is done.
func (s *Supervisor) shutdown(ctx context.Context) {
	for _, srv := range s.distinctServers() {
		if err := srv.Shutdown(ctx); err != nil {
			srv.Close()
		}
	}
}
