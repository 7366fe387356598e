package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Result says how an upgrade that succeeded went.
type Result struct {
	PID        int           // of the process that serves now
	Generation int           // its number
	Prepared   time.Duration // from the start of the process until it was ready to accept
	Total      time.Duration // from the request until it accepted, with the wait for an older drain
}

// upgradeRequest asks Run for an upgrade; reply has capacity 1.
type upgradeRequest struct {
	ctx   context.Context
	reply chan upgradeReply
}

type upgradeReply struct {
	result Result
	err    error
}

// Upgrade replaces this process by a new one from the binary that now stands
// at its path, and returns once that one serves; then this process drains, and
// Run returns when it is empty. On any failure this process serves on as
// before, and the error is an *UpgradeError or one of the package's Err values.
// The end of ctx calls off an upgrade that has not been committed.
func (s *Supervisor) Upgrade(ctx context.Context) (Result, error) {
	if s.flip == nil {
		return Result{}, ErrNotSupported
	}
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	if !running {
		return Result{}, ErrNotReady
	}
	req := upgradeRequest{ctx, make(chan upgradeReply, 1)}
	select {
	case s.requests <- req:
	case <-s.finished:
		return Result{}, ErrStopping
	case <-ctx.Done():
		return Result{}, context.Cause(ctx)
	}
	select {
	case r := <-req.reply:
		return r.result, r.err
	case <-s.finished:
		return Result{}, ErrStopping
	}
}

// attempt is one try to start the next generation.
type attempt struct {
	sup    *Supervisor
	next   *successor
	tap    *tap
	pid    int
	begun  time.Time
	said   message // what the new process said that concerns the drain
	result Result
}

// errCalledOff is the cause of an attempt that was cancelled.
var errCalledOff = errors.New("the upgrade was called off before the new process took over")

// run starts the next generation and returns when it accepts, or why it never will.
func (a *attempt) run(ctx context.Context) error {
	s := a.sup
	requested := time.Now()
	s.notifyReloading()
	if err := s.waitForPredecessor(ctx); err != nil {
		return err
	}
	if err := a.prepare(); err != nil {
		a.tap.release()
		if a.next != nil {
			a.next.close()
		}
		return &UpgradeError{Err: err}
	}
	a.begun = time.Now()
	flipped := make(chan error, 1)
	go func() { flipped <- a.flip() }()
	err := a.watch(ctx, flipped)
	a.tap.release()
	if err != nil {
		a.next.ctl.send(message{Abort: true})
		a.next.close()
		return a.explain(err)
	}
	a.tap.drain()
	a.result.PID, a.result.Generation = a.pid, a.next.generation
	a.result.Total = time.Since(requested)
	return nil
}

// flip has tableflip start the new process and wait for it. tableflip hears of
// the end of our own predecessor in two goroutines, one of which may lag behind
// the WaitForParent that the other one has ended.
func (a *attempt) flip() error {
	for {
		err := a.sup.flip.Upgrade()
		if err == nil || err.Error() != "parent hasn't exited" {
			return err
		}
	}
}

// waitForPredecessor makes sure that the process before us has left: tableflip
// upgrades only then. It is told that somebody waits for it.
func (s *Supervisor) waitForPredecessor(ctx context.Context) error {
	p := s.predecessor
	if p == nil {
		return nil
	}
	if !p.isGone() {
		p.ctl.send(message{Hasten: true})
	}
	select {
	case <-p.gone:
	case <-ctx.Done():
		return errCalledOff
	}
	return s.flip.WaitForParent(ctx)
}

// prepare puts everything that the new process gets into tableflip's hands.
func (a *attempt) prepare() error {
	s := a.sup
	s.mu.Lock()
	listeners := append([]*Listener(nil), s.listeners...)
	s.mu.Unlock()
	hi := welcome{Protocol: protocol, Generation: s.generation + 1}
	for i, l := range listeners {
		f, err := l.socket.File()
		if err != nil {
			return fmt.Errorf("pass listener %s: %w", l.name, err)
		}
		err = s.flip.AddFile(fmt.Sprint(slotPrefix, i), f)
		f.Close()
		if err != nil {
			return fmt.Errorf("pass listener %s: %w", l.name, err)
		}
		hi.Slots = append(hi.Slots, slot{Name: l.name, Network: l.Addr().Network(), Addr: l.Addr().String()})
	}
	ctl, file, err := newControl()
	if err != nil {
		return err
	}
	defer file.Close()
	err = errors.Join(s.flip.AddFile(controlFile, file), ctl.send(message{Welcome: &hi}))
	if err != nil {
		ctl.close()
		return err
	}
	a.next = newSuccessor(ctl, hi.Generation)
	a.tap, err = newTap()
	if err != nil {
		s.log(slog.LevelWarn, "cannot read along with the new process's stderr", "error", err)
	}
	if a.tap == nil {
		// Whatever stood here in an earlier attempt.
		return errors.Join(s.flip.AddFile(stderrFile, os.Stderr), s.flip.AddFile(tapFile, os.Stderr))
	}
	// With a reader of its own until it is ready, the new process survives a
	// line that it writes after we were killed (os/signal, SIGPIPE).
	return errors.Join(s.flip.AddFile(stderrFile, a.tap.real), s.flip.AddFile(tapFile, a.tap.reader))
}

// watch follows the new process from its start to its first accept.
func (a *attempt) watch(ctx context.Context, flipped <-chan error) error {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	ended, messages := ctx.Done(), a.next.messages
	calledOff, greeted := false, false
	for {
		select {
		case err := <-flipped:
			if err != nil && calledOff {
				return errCalledOff
			}
			return err
		case m, ok := <-messages:
			if !ok {
				messages = nil // tableflip will say how it ended
				continue
			}
			if m.Hello != nil {
				a.found(m.Hello.PID, look)
				greeted = true
			}
			a.said.Bye = a.said.Bye || m.Bye
			a.said.Hasten = a.said.Hasten || m.Hasten
			if m.Prepared != nil && !calledOff {
				// From here on it accepts, and killing it would cut its clients.
				ended = nil
				a.result.Prepared = time.Since(a.begun)
				a.next.ctl.send(message{Commit: true})
			}
		case <-look.C:
			if pid := upgradeChild(); pid != 0 {
				a.found(pid, look)
				if calledOff {
					kill(pid)
				}
			}
		case <-ended:
			ended, calledOff = nil, true
			a.next.ctl.send(message{Abort: true})
			// Who was seen before may have been another child on its way to its
			// exec, which looks like this process until then.
			look.Reset(time.Millisecond)
		}
		if calledOff && greeted {
			kill(a.pid)
		}
	}
}

// found notes who the new process is; from here on descriptor 2 is our own.
func (a *attempt) found(pid int, look *time.Ticker) {
	a.pid = pid
	look.Stop()
	a.tap.release()
}

var (
	childEnd  = regexp.MustCompile(`child pid=(\d+) exited(?:: (.+))?$`)
	childSlow = regexp.MustCompile(`child pid=(\d+) timed out`)
)

// explain turns tableflip's untyped error into ours.
func (a *attempt) explain(err error) error {
	e := &UpgradeError{PID: a.pid, Err: err}
	if m := childEnd.FindStringSubmatch(err.Error()); m != nil {
		e.PID, _ = strconv.Atoi(m[1])
		if e.Status = m[2]; e.Status == "" {
			e.Status = "exit status 0"
		}
		e.Err = fmt.Errorf("the new process ended before it was ready: %s", e.Status)
	} else if m := childSlow.FindStringSubmatch(err.Error()); m != nil {
		e.PID, _ = strconv.Atoi(m[1])
		e.Status = "signal: killed"
		e.Err = fmt.Errorf("the new process was not ready after %v and was killed", a.sup.opts.ReadyTimeout)
	} else if strings.Contains(err.Error(), "can't start") {
		e.Err = fmt.Errorf("the new process could not be started: %w", err)
	}
	e.Stderr = a.tap.lines()
	return e
}
