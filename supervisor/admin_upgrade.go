package supervisor

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// errand is an upgrade that an operator has asked for. He may go away, and that
// changes nothing: others may have seen it begin.
type errand struct {
	*admin
	nc     net.Conn
	events <-chan Event
	ended  bool // an upgrade that was under way, ours or another one, has ended
}

// upgrade tells every step.
func (a *admin) upgrade(ctx context.Context, nc net.Conn, req adminRequest) {
	if req.TimeoutSeconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(req.TimeoutSeconds*float64(time.Second)))
		defer cancel()
	}
	events, stop := a.sup.journal.follow()
	defer stop()
	e := &errand{admin: a, nc: nc, events: events}
	r := e.try(ctx)
	for errors.Is(r.err, ErrUpgrading) {
		if !req.Wait {
			e.leave()
			return
		}
		e.queue(ctx)
		if r = e.try(ctx); ctx.Err() != nil && errors.Is(r.err, context.Cause(ctx)) {
			r.err = errCalledOff
		}
	}
	for len(e.events) > 0 {
		e.tell(<-e.events)
	}
	a.say(nc, a.sup.ending(r))
}

// try upgrades once.
func (e *errand) try(ctx context.Context) upgradeReply {
	e.ended = false
	replies := make(chan upgradeReply, 1)
	e.all.Go(func() {
		result, err := e.sup.Upgrade(ctx)
		replies <- upgradeReply{result, err}
	})
	for {
		select {
		case ev := <-e.events:
			e.tell(ev)
		case r := <-replies:
			return r
		}
	}
}

// queue waits for the end of the upgrade under way. If that one succeeds, the
// next try learns who is to be asked instead.
func (e *errand) queue(ctx context.Context) {
	e.sup.emit(Event{Kind: EventQueued})
	e.queued()
	for !e.ended {
		select {
		case ev := <-e.events:
			e.tell(ev)
		case <-ctx.Done():
			return // the next try says so
		case <-e.sup.finished:
			return
		}
	}
}

// leave has the runner do it after the upgrade under way, or the process that
// this one replaces us by.
func (e *errand) leave() {
	select {
	case e.sup.signals.upgrades <- os.Interrupt: // which signal it is does not count
	default: // one is queued already
	}
	e.queued()
}

// queued tells this operator that his upgrade is queued.
func (e *errand) queued() {
	e.say(e.nc, adminAnswer{Event: told(Event{Time: time.Now(), Kind: EventQueued, Generation: e.sup.generation})})
}

func (e *errand) tell(ev Event) {
	e.ended = e.ended || ev.Kind == EventFailed || ev.Kind == EventReplaced
	if ev.Kind != EventQueued { // that is somebody else's
		e.say(e.nc, adminAnswer{Event: told(ev)})
	}
}

func told(e Event) *adminEvent {
	t := &adminEvent{
		Time: e.Time, Kind: string(e.Kind), Generation: e.Generation, PID: e.PID, Seconds: e.Took.Seconds(), Text: e.Text,
	}
	if e.Err != nil {
		t.Error = e.Err.Error()
	}
	return t
}

// ending is the last answer to an upgrade.
func (s *Supervisor) ending(r upgradeReply) adminAnswer {
	if r.err == nil {
		return adminAnswer{Result: &adminResult{
			PID: r.result.PID, Generation: r.result.Generation,
			PreparedSeconds: r.result.Prepared.Seconds(), TotalSeconds: r.result.Total.Seconds(),
		}}
	}
	e := &adminError{Reason: ReasonOf(r.err), Text: r.err.Error()}
	var failed *UpgradeError
	if e.Reason != ReasonBackoff && errors.As(r.err, &failed) {
		e.Text, e.PID, e.Status, e.Stderr, e.Stack = failed.Err.Error(), failed.PID, failed.Status, failed.Stderr, failed.Stack
	}
	if errors.Is(r.err, ErrReplaced) {
		e.Newer = s.journal.successor()
	}
	return adminAnswer{Error: e}
}

// successor is the PID of the process that has replaced this one, 0 for none.
func (j *journal) successor() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.newer
}
