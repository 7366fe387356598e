package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// enter takes this process from its start to serving.
func (r *runner) enter() error {
	s := r.sup
	s.startServing()
	if err := r.getReady(); err != nil {
		if s.predecessor != nil {
			s.predecessor.ctl.send(message{Failed: err.Error()}) // else it would know no more than how we exit
		}
		return err
	}
	kind := EventServing
	if p := s.predecessor; p != nil {
		p.ctl.send(message{Prepared: s.plans()})
		select {
		case <-p.commit:
		case <-p.gone:
			// It was killed in the middle of the upgrade. We hold its sockets,
			// and nobody else does.
			kind = EventTookOver
			setOOMScore(os.Getpid(), p.oomScore)
		case <-p.abort:
			return errCalledOff
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
	}
	s.open()
	s.writePIDFile()
	s.emit(Event{Kind: kind, Took: time.Since(s.start)})
	if s.predecessor != nil {
		s.predecessor.ctl.send(message{Accepts: true}) // it may be gone, as settle will find
		s.serves.Go(s.settle)
		return nil
	}
	if s.flip != nil {
		if err := s.flip.Ready(); err != nil {
			return fmt.Errorf("supervisor: become ready: %w", err)
		}
	}
	dropped := s.dropInherited()
	s.notifyReady()
	s.unstore(dropped)
	return nil
}

// open lets clients in.
func (s *Supervisor) open() {
	s.mu.Lock()
	s.accepting = true
	s.mu.Unlock()
	s.unpark()
	s.ready.Store(true)
}

// getReady has the program check itself, now that its servers answer whatever
// they are handed.
func (r *runner) getReady() error {
	s := r.sup
	if s.opts.Ready != nil {
		ctx, cancel := context.WithTimeout(r.ctx, s.opts.ReadyTimeout)
		defer cancel()
		if err := s.opts.Ready(ctx); err != nil {
			return fmt.Errorf("supervisor: not ready: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unusable
}

// settle does what has to wait for the process before this one: what that one
// could not say for us to the service manager, and tableflip's Ready, which ends
// the old one's chance to take up again.
func (s *Supervisor) settle() {
	defer close(s.settled)
	p := s.predecessor
	select {
	case <-p.main:
		s.watchdog.ours.Store(true)
		s.storeFresh()
	case <-p.gone:
		s.notifyReady()
		s.storeFresh()
	case <-s.finished:
		return
	}
	select {
	case <-p.leave:
	case <-p.gone:
	case <-s.finished:
		return
	}
	if err := s.flip.Ready(); err != nil {
		s.log(slog.LevelDebug, "the old process has left without waiting", "error", err)
	}
	s.unstore(s.dropInherited())
}

// storeFresh stores the listeners that this process has opened.
func (s *Supervisor) storeFresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		if l.fresh {
			s.store(l)
		}
	}
}

// plans says what becomes of the listeners of the process before this one.
func (s *Supervisor) plans() *prepared {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &prepared{Serves: []service{}, Claimed: []string{}, Probe: s.opts.ProbePath}
	for _, l := range s.listeners {
		if l.was != "" {
			p.Claimed = append(p.Claimed, l.was)
		}
	}
	for _, v := range s.servers {
		plain := !v.tls && (v.srv.Protocols == nil || v.srv.Protocols.HTTP1())
		p.Serves = append(p.Serves, service{Name: v.ln.name, Was: v.ln.was, HTTP: plain, TLS: v.tls})
	}
	return p
}
