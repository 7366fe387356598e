package supervisor

import (
	"context"
	"errors"
	"os"
	"time"
)

// Run tells the process before this one and the service manager that this
// process is ready, serves, upgrades on SIGUSR2 and Upgrade, and returns when
// the process has nothing left to do: nil after it was replaced or stopped
// (SIGTERM, SIGINT, end of ctx) and everything in flight was finished, a
// *CutError if something had to be cut, or the error of a server that failed.
// It joins all goroutines of the supervisor. main should end when it returns.
func (s *Supervisor) Run(ctx context.Context) error {
	s.mu.Lock()
	again := s.running
	s.running = true
	s.mu.Unlock()
	if again {
		return ErrRunning
	}
	s.signals.catchStops(s.opts)
	defer s.signals.release()
	s.serves.Go(s.tend)
	if s.watchdog.interval > 0 {
		s.serves.Go(s.ping)
	}
	r := &runner{sup: s, ctx: ctx}
	admin := s.openAdmin(ctx)
	err := r.run()
	close(s.finished)
	admin.close()
	for _, l := range s.allListeners() {
		l.Close()
	}
	s.closePackets()
	s.serves.Wait()
	if s.predecessor != nil {
		s.predecessor.close()
	}
	if s.flip != nil && !r.replaced { // else it would kill the process that replaced us
		s.flip.Stop()
	}
	return err
}

// runner is the goroutine of Run: it alone decides.
type runner struct {
	sup *Supervisor
	ctx context.Context

	trying   *trying // the upgrade under way, nil for none
	queued   bool    // a signal asked for another one
	replaced bool    // a new process has taken over
	foretold bool    // the old process has passed a stop on; a signal of our own may follow
	backoff  backoff
}

// trying is an attempt in its goroutine.
type trying struct {
	*attempt
	request upgradeRequest
	cancel  context.CancelFunc
	asked   string     // what the new process was told to do as soon as it took over
	done    chan error // capacity 1
}

func (r *runner) run() error {
	if err := r.enter(); err != nil {
		return err
	}
	var asked chan string
	if r.sup.predecessor != nil {
		asked = r.sup.predecessor.asked
	}
	for {
		var done chan error
		if r.trying != nil {
			done = r.trying.done
		}
		select {
		case <-r.ctx.Done():
			return r.stop("end of context")
		case sig := <-r.sup.signals.stops:
			return r.stop(sig.String())
		case <-r.sup.signals.upgrades:
			r.upgradeSignal()
		case what := <-asked:
			if what == toStop {
				r.foretold = true
				return r.stop("the old process was told to")
			}
			r.upgradeSignal()
		case req := <-r.sup.requests:
			r.upgrade(req)
		case err := <-r.sup.served:
			return errors.Join(err, r.stop("server failed"))
		case err := <-done:
			if over, err := r.tried(err); over {
				return err
			}
		}
	}
}

func (r *runner) upgradeSignal() {
	if r.trying != nil {
		r.queued = true
		r.sup.emit(Event{Kind: EventQueued})
		return
	}
	r.upgrade(upgradeRequest{r.ctx, make(chan upgradeReply, 1)})
}

func (r *runner) upgrade(req upgradeRequest) {
	s := r.sup
	refuse := func(err error) {
		req.reply <- upgradeReply{err: err}
		s.emit(Event{Kind: EventRefused, Err: err})
		s.notifyFailed(err)
	}
	paused := r.backoff.refuses(time.Now())
	switch {
	case s.flip == nil:
		refuse(ErrNotSupported)
	case s.spent.Load():
		refuse(ErrSpent)
	case r.trying != nil:
		req.reply <- upgradeReply{err: ErrUpgrading}
	case paused != nil:
		refuse(paused)
	default:
		ctx, cancel := context.WithCancel(req.ctx)
		t := &trying{attempt: &attempt{sup: s}, request: req, cancel: cancel, done: make(chan error, 1)}
		go func() { t.done <- t.run(ctx) }()
		r.trying = t
	}
}

// tried deals with the end of an attempt. It reports whether Run is over.
func (r *runner) tried(err error) (over bool, _ error) {
	s, t := r.sup, r.trying
	r.trying = nil
	t.cancel()
	if err != nil {
		r.failed(t, err)
		return false, nil
	}
	r.backoff, r.replaced = backoff{}, true
	// Before anybody is told: whoever connects after that is to meet the new one.
	s.parkPackets(true)
	s.park()
	s.emit(Event{Kind: EventReplaced, PID: t.result.PID, Took: t.result.Total})
	select {
	case <-s.signals.upgrades:
		r.queued = true
	default:
	}
	if r.queued && t.asked == "" {
		t.asked = toUpgrade
	}
	s.notifyReplaced(t.result.PID, t.result.Generation, t.asked)
	t.next.ctl.send(message{Main: true})
	past := s.journal.past()
	t.next.ctl.send(message{History: &past})
	if r.queued {
		t.next.ctl.send(message{Asked: toUpgrade})
		r.queued = false
	}
	t.request.reply <- upgradeReply{result: t.result}
	defer t.next.close()
	d := &drain{runner: r, attempt: t.attempt, next: t.next, hasten: t.said.Hasten, bye: t.said.Bye}
	back, err := d.run()
	t.tap.drain()
	if !back {
		return true, err
	}
	r.replaced = false
	<-t.flipped // and tableflip can start another one
	t.next.recover(s)
	if d.stopped > 0 {
		return true, r.stop("signal")
	}
	s.writePIDFile()
	s.emit(Event{Kind: EventTookUpAgain, PID: t.result.PID, Err: errDiedInCharge})
	s.notifyTookUp()
	r.backoff.failed(t.binary, errDiedInCharge, time.Now(), r.longestPause())
	s.journal.pause(r.backoff.pause())
	return false, nil
}

var errDiedInCharge = errors.New("the new process died after it had taken over")

// failed deals with an attempt that has changed nothing.
func (r *runner) failed(t *trying, err error) {
	s := r.sup
	s.writePIDFile() // the new process may have written its own number, and died before it said so
	var why *UpgradeError
	if errors.As(err, &why) {
		s.emit(Event{Kind: EventFailed, PID: why.PID, Err: err})
		if why.Reason != ReasonCalledOff && t.binary != nil {
			r.backoff.failed(t.binary, err, time.Now(), r.longestPause())
			s.journal.pause(r.backoff.pause())
		}
	}
	s.notifyFailed(err)
	t.request.reply <- upgradeReply{err: err}
	if r.queued {
		r.queued = false
		r.upgradeSignal()
	}
}

// longestPause is none below ginreload, where somebody sits who saves once more.
func (r *runner) longestPause() time.Duration {
	if os.Getenv(ginreloadEnv) != "" {
		return 0
	}
	return max(0, r.sup.opts.MaxBackoff)
}

// stop ends everything gracefully.
func (r *runner) stop(why string) error {
	s := r.sup
	if t := r.trying; t != nil {
		t.cancel()
		if err := <-t.done; err == nil {
			// Too late to call it off: it serves, so it is the one to be stopped,
			// and we leave as after any upgrade.
			t.asked = toStop
			t.next.ctl.send(message{Asked: t.asked})
			if over, err := r.tried(nil); over {
				return err
			}
		} else {
			r.trying = nil
			t.request.reply <- upgradeReply{err: ErrStopping}
		}
	}
	s.ready.Store(false)
	s.emit(Event{Kind: EventStopping, Text: why})
	s.notifyStopping()
	if s.predecessor != nil {
		s.predecessor.ctl.send(message{Bye: true}) // it may be gone, and then needs no telling
	}
	d := &drain{runner: r}
	d.delay()
	_, err := d.run()
	s.unlink()
	s.removePIDFile()
	return err
}
