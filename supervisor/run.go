package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
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
	r := &runner{sup: s, ctx: ctx, upgrades: make(chan os.Signal, 1), stops: make(chan os.Signal, 2)}
	if !s.opts.NoSignals {
		notifySignals(r.upgrades, r.stops)
		defer signal.Stop(r.upgrades)
		defer signal.Stop(r.stops)
	}
	err := r.run()
	close(s.finished)
	for _, l := range s.allListeners() {
		l.Close()
	}
	s.serves.Wait()
	if s.predecessor != nil {
		s.predecessor.close()
	}
	if s.flip != nil {
		s.flip.Stop()
	}
	return err
}

// runner is the goroutine of Run: it alone decides.
type runner struct {
	sup *Supervisor
	ctx context.Context

	// Apart, so that a burst of the one cannot crowd out the other.
	upgrades, stops chan os.Signal

	trying *trying // the upgrade under way, nil for none
	queued bool    // a signal asked for another one
	spent  bool    // the upgrade succeeded, but its process died
}

// trying is an attempt in its goroutine.
type trying struct {
	*attempt
	request upgradeRequest
	cancel  context.CancelFunc
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
		case sig := <-r.stops:
			return r.stop(sig.String())
		case <-r.upgrades:
			r.upgradeSignal()
		case what := <-asked:
			if what == toStop {
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

// enter takes this process from its start to serving.
func (r *runner) enter() error {
	s := r.sup
	if p := s.predecessor; p != nil {
		p.ctl.send(message{Prepared: s.names()})
		select {
		case <-p.commit:
		case <-p.gone:
			// It was killed in the middle of the upgrade. We hold its sockets,
			// and nobody else does.
			s.log(slog.LevelWarn, "the old process is gone, taking over")
		case <-p.abort:
			return errCalledOff
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
	}
	s.startServing()
	if s.flip != nil {
		if err := s.flip.Ready(); err != nil && !s.orphaned(err) {
			return err
		}
	}
	s.dropInherited()
	if s.predecessor == nil {
		s.notifyReady()
		return nil
	}
	s.serves.Go(s.meetManager)
	return nil
}

// orphaned reports whether Ready failed only because nobody is there to hear it.
func (s *Supervisor) orphaned(err error) bool {
	if s.predecessor == nil {
		return false
	}
	<-s.predecessor.gone
	s.log(slog.LevelWarn, "the old process is gone, going on alone", "error", err)
	return true
}

// meetManager waits until the service manager listens to this process, and
// then tells it what the old process could not say for us.
func (s *Supervisor) meetManager() {
	select {
	case <-s.predecessor.main:
	case <-s.predecessor.gone:
		s.notifyReady()
	case <-s.finished:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		if l.fresh {
			s.store(l)
		}
	}
}

// names lists the listeners that have a server.
func (s *Supervisor) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{}
	for _, v := range s.servers {
		names = append(names, v.ln.name)
	}
	return names
}

func (r *runner) upgradeSignal() {
	if r.trying != nil {
		r.queued = true
		return
	}
	r.upgrade(upgradeRequest{r.ctx, make(chan upgradeReply, 1)})
}

func (r *runner) upgrade(req upgradeRequest) {
	s := r.sup
	refuse := func(err error) {
		req.reply <- upgradeReply{err: err}
		s.log(slog.LevelWarn, "upgrade refused", "error", err)
		s.notifyFailed(err)
	}
	switch {
	case s.flip == nil:
		refuse(ErrNotSupported)
	case r.spent:
		refuse(ErrSpent)
	case r.trying != nil:
		req.reply <- upgradeReply{err: ErrUpgrading}
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
		s.log(slog.LevelWarn, "upgrade failed, serving on", "error", err)
		s.notifyFailed(err)
		t.request.reply <- upgradeReply{err: err}
		if r.queued {
			r.queued = false
			r.upgradeSignal()
		}
		return false, nil
	}
	s.log(slog.LevelInfo, "replaced", "pid", t.result.PID, "prepared", t.result.Prepared, "total", t.result.Total)
	s.notifyReplaced(t.result.PID, t.result.Generation)
	t.next.ctl.send(message{Main: true})
	select {
	case <-r.upgrades:
		r.queued = true
	default:
	}
	if r.queued {
		t.next.ctl.send(message{Asked: toUpgrade})
	}
	t.request.reply <- upgradeReply{result: t.result}
	defer t.next.close()
	d := &drain{runner: r, next: t.next, hasten: t.said.Hasten, bye: t.said.Bye}
	back, err := d.run()
	if !back {
		return true, err
	}
	r.spent = true
	if d.stopped > 0 {
		return true, r.stop("signal")
	}
	s.log(slog.LevelError, "the new process died right after it took over; serving again, but only a restart can upgrade now", "pid", t.result.PID)
	s.notify("READY=1", "MAINPID="+pidText(), s.status("the new process died; serving again, restart to upgrade"))
	return false, nil
}

// stop ends everything gracefully.
func (r *runner) stop(why string) error {
	s := r.sup
	if t := r.trying; t != nil {
		t.cancel()
		if err := <-t.done; err == nil {
			// Too late to call it off: it serves, so it is the one to be stopped,
			// and we leave as after any upgrade.
			t.next.ctl.send(message{Asked: toStop})
			if over, err := r.tried(nil); over {
				return err
			}
		} else {
			r.trying = nil
			t.request.reply <- upgradeReply{err: ErrStopping}
		}
	}
	s.log(slog.LevelInfo, "stopping", "why", why)
	s.notify("STOPPING=1", s.status("stopping"))
	if s.predecessor != nil {
		s.predecessor.ctl.send(message{Bye: true}) // it may be gone, and then needs no telling
	}
	d := &drain{runner: r}
	_, err := d.run()
	s.unlink()
	return err
}
