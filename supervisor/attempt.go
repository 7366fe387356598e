package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// attempt is one try to start the next generation. Its goroutine owns it until
// run returns, and the runner's from then on.
type attempt struct {
	sup    *Supervisor
	next   *successor
	tap    *tap
	binary fs.FileInfo     // what was started, nil if it did not come to that
	giving context.Context // ends with the watch, for what is written to the new process
	given  sync.WaitGroup

	// flipped gets how tableflip's side of the upgrade ended; capacity 1. After
	// a success it stays open until this process leaves: only then the new one
	// reports ready to tableflip, whose Upgrader is spent by that. So if the new
	// process dies while this one drains, this one can upgrade again.
	flipped chan error

	pid       int
	requested time.Time // when the attempt began
	begun     time.Time // when the new process was started
	said      message   // what the new process said that concerns the drain
	result    Result
}

// errCalledOff is the cause of an attempt that was cancelled.
var errCalledOff = errors.New("the upgrade was called off before the new process took over")

// run starts the next generation and returns when it accepts, or why it never will.
func (a *attempt) run(ctx context.Context) error {
	s := a.sup
	a.requested = time.Now()
	s.emit(Event{Kind: EventBegun})
	s.notifyReloading()
	if err := a.check(ctx); err != nil {
		return err
	}
	waited := time.Now()
	if err := s.waitForPredecessor(ctx); err != nil {
		return &UpgradeError{Reason: ReasonCalledOff, Err: err}
	}
	if err := a.prepare(); err != nil {
		a.tap.release()
		if a.next != nil {
			a.next.close()
		}
		return &UpgradeError{Reason: ReasonStart, Err: fmt.Errorf("prepare the sockets for the new process: %w", err)}
	}
	a.begun = time.Now()
	a.binary = stat()
	a.flipped = make(chan error, 1)
	go func() { a.flipped <- a.flip(ctx) }()
	w := &watch{attempt: a, waited: a.begun.Sub(waited)}
	giving, stop := context.WithCancel(context.Background())
	a.giving = giving
	err := w.run(ctx)
	stop()
	a.given.Wait()
	a.tap.release()
	if err != nil {
		a.next.ctl.send(message{Abort: true})
		a.next.close()
		return w.explain(err)
	}
	a.result.PID, a.result.Generation = a.pid, a.next.generation
	a.result.Total = time.Since(a.requested)
	return nil
}

// check finds out what can be known about the new binary before it is started.
func (a *attempt) check(ctx context.Context) error {
	begun := time.Now()
	path, err := executable()
	if err == nil {
		err = a.sup.preflight(ctx, path)
	}
	if err == nil {
		err = repairStandardFiles()
	}
	if err != nil {
		reason := ReasonBinary
		if ctx.Err() != nil {
			reason, err = ReasonCalledOff, errCalledOff
		}
		return &UpgradeError{Reason: reason, Err: err}
	}
	a.sup.emit(Event{Kind: EventChecked, Took: time.Since(begun), Text: path})
	return nil
}

const (
	// busyFor is how long a binary may be open for writing (ETXTBSY) before
	// the start of the new process fails. A fork in another thread of whoever
	// writes it can hold it for a moment (golang/go#22315).
	busyFor   = 2 * time.Second
	busyPause = 50 * time.Millisecond
)

// flip has tableflip start the new process and wait for it.
func (a *attempt) flip(ctx context.Context) error {
	pause := time.NewTicker(busyPause)
	defer pause.Stop()
	for {
		err := a.sup.flip.Upgrade()
		switch {
		case err == nil:
			return nil
		case err.Error() == "parent hasn't exited":
			// tableflip hears of the end of our own predecessor in two goroutines,
			// one of which may lag behind the WaitForParent that the other one ended.
		case strings.Contains(err.Error(), syscall.ETXTBSY.Error()) && time.Since(a.begun) < busyFor:
			select {
			case <-pause.C:
			case <-ctx.Done():
				return errCalledOff
			}
		default:
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
	for _, awaited := range []chan struct{}{p.gone, s.settled} {
		select {
		case <-awaited:
		case <-ctx.Done():
			return errCalledOff
		}
	}
	return s.flip.WaitForParent(ctx)
}

// prepare puts everything that the new process gets into tableflip's hands.
func (a *attempt) prepare() error {
	s := a.sup
	slots, err := s.pass()
	if err != nil {
		return err
	}
	hi := welcome{Protocol: protocol, Generation: s.generation + 1, Slots: slots, OOMScore: oomScore()}
	ctl, file, err := newControl()
	if err != nil {
		return err
	}
	err = errors.Join(s.flip.AddFile(controlFile, file), s.passPIDFile(), ctl.send(message{Welcome: &hi}))
	if err != nil {
		ctl.close()
		file.Close()
		return err
	}
	a.next = newSuccessor(ctl, file, hi.Generation)
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
