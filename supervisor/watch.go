package supervisor

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// mercy is how long a new process that was asked for its goroutines may take
// to print them, before it is killed.
const mercy = 2 * time.Second

// watch follows the new process from its start until it accepts, and ends it if
// it is not to.
type watch struct {
	*attempt
	waited time.Duration // for the generation before this one to leave

	greeted   bool // it has said who it is
	committed bool
	overdue   bool         // its time was up after the commit
	look      *time.Ticker // for its PID, and for somebody to kill
	ready     *time.Timer
	examined  chan error // capacity 1: the result of probe and probation
	endExam   context.CancelFunc

	failure *UpgradeError // why it is being ended, nil if it is not
	force   func(pid int) // with what
}

var (
	errAccepts = errors.New("it accepts") // ends the loop
	errAlien   = errors.New("the new binary does not use supervisor, or Run was not called; it was ended")
)

// run returns nil when the new process accepts, else how it ended.
func (w *watch) run(ctx context.Context) error {
	w.look = time.NewTicker(time.Millisecond)
	defer w.look.Stop()
	w.ready = time.NewTimer(w.sup.opts.ReadyTimeout)
	defer w.ready.Stop()
	w.examined = make(chan error, 1)
	w.endExam = func() {}
	defer func() { w.endExam() }()
	ended, messages := ctx.Done(), w.next.messages
	for {
		select {
		case err := <-w.flipped:
			return w.flippedEarly(err)
		case m, ok := <-messages:
			if !ok {
				messages = nil // tableflip will say how it ended
				continue
			}
			if w.hear(m) == errAccepts {
				return nil
			}
		case err := <-w.examined:
			w.judge(err)
		case <-w.look.C:
			w.find()
		case <-ended:
			ended = nil
			if !w.committed { // from there on it accepts, and killing it would cut its clients
				w.end(&UpgradeError{Reason: ReasonCalledOff, Err: errCalledOff}, kill)
			}
		case <-w.ready.C:
			w.late()
		}
	}
}

// hear acts on what the new process says.
func (w *watch) hear(m message) error {
	switch {
	case m.Hello != nil:
		w.greeted = true
		w.found(m.Hello.PID)
		if m.Hello.Protocol != protocol {
			w.end(&UpgradeError{Reason: ReasonProtocol, Err: incompatible(m.Hello.Protocol)}, kill)
		}
		if w.failure != nil {
			w.force(w.pid)
		}
	case m.Want != "":
		w.given.Go(func() { w.sup.give(w.giving, w.next.ctl, m.Want) })
	case m.Got != "":
		w.sup.emit(Event{Kind: EventState, PID: w.pid, Text: m.Got})
	case m.Prepared != nil && w.failure == nil:
		w.result.Prepared = time.Since(w.begun)
		w.sup.emit(Event{Kind: EventPrepared, PID: w.pid, Took: w.result.Prepared})
		w.examine(*m.Prepared)
	case m.Accepts:
		return errAccepts
	}
	if m.Failed != "" {
		w.said.Failed = m.Failed
	}
	w.said.Bye = w.said.Bye || m.Bye
	w.said.Hasten = w.said.Hasten || m.Hasten
	return nil
}

// examine probes the new process and lets its probation pass.
func (w *watch) examine(p prepared) {
	ctx, cancel := context.WithTimeout(context.Background(), w.sup.opts.ReadyTimeout)
	exam := &exam{sup: w.sup, next: w.next, prepared: p, pid: w.pid}
	done := make(chan struct{})
	w.endExam = func() { cancel(); <-done }
	go func() {
		defer close(done)
		w.examined <- exam.run(ctx)
	}()
}

// judge commits, or ends what has not passed.
func (w *watch) judge(err error) {
	if err != nil {
		w.end(&UpgradeError{Reason: ReasonProbe, Err: err}, kill)
		return
	}
	if w.failure != nil {
		return
	}
	w.committed = true
	w.sup.emit(Event{Kind: EventCommitted, PID: w.pid, Took: w.sup.opts.Probation})
	setOOMScore(w.pid, oomScore())
	soon := w.sup.journal.preview(w.pid)
	w.next.ctl.send(message{History: &soon})
	w.next.ctl.send(message{Commit: true})
}

// late ends a process that has used up its time: first by SIGQUIT, upon which a
// Go program prints its goroutines, and then for good.
func (w *watch) late() {
	if w.failure != nil {
		w.force = kill
		w.reach()
		return
	}
	if w.committed && !w.overdue {
		// It may have said long ago that it accepts, if it is this process that
		// had no time. Then that is read now, and killing it would cut its clients.
		w.overdue = true
		w.ready.Reset(mercy)
		return
	}
	err := fmt.Errorf("the new process was not ready after %v and was ended", w.sup.opts.ReadyTimeout)
	w.tap.keepMore()
	w.end(&UpgradeError{Reason: ReasonTimeout, Err: err}, askForStacks)
	w.ready.Reset(mercy)
}

// end fails the attempt. It goes on until the process is dead.
func (w *watch) end(why *UpgradeError, force func(int)) {
	if w.failure != nil {
		return
	}
	w.failure, w.force = why, force
	w.next.ctl.send(message{Abort: true})
	w.reach()
}

// reach forces the process, as soon as it is known for sure.
func (w *watch) reach() {
	if w.greeted {
		w.force(w.pid)
		return
	}
	// Who was seen before may have been another child on its way to its exec,
	// which looks like this process until then.
	w.look.Reset(time.Millisecond)
}

// find looks for the process that tableflip has started.
func (w *watch) find() {
	pid := upgradeChild()
	if pid == 0 {
		return
	}
	w.found(pid)
	if w.failure != nil {
		w.force(pid)
	}
}

// found notes who the new process is; from here on descriptor 2 is our own.
func (w *watch) found(pid int) {
	if w.pid == 0 {
		w.sup.emit(Event{Kind: EventStarted, PID: pid, Took: w.waited})
	}
	w.pid = pid
	setOOMScore(pid, oomScore()+oomHandicap)
	w.look.Stop()
	w.tap.release()
}

// flippedEarly deals with the end of tableflip's upgrade before the new process
// accepts: it is dead, or it has told tableflip behind our back that it is ready.
func (w *watch) flippedEarly(err error) error {
	if err != nil {
		// What it said before its end may still be on its way to us.
		w.next.hangUp()
		for m := range w.next.messages {
			if m.Failed != "" {
				w.said.Failed = m.Failed
			}
		}
		return err
	}
	w.sup.spent.Store(true)
	if w.pid != 0 {
		kill(w.pid)
	}
	w.failure = &UpgradeError{Reason: ReasonProtocol, Err: errAlien}
	return errAlien
}

var childEnd = regexp.MustCompile(`child pid=(\d+) exited(?:: (.+))?$`)

// explain turns tableflip's untyped error into ours.
func (w *watch) explain(err error) error {
	e := &UpgradeError{Reason: ReasonStart, Err: err}
	if m := childEnd.FindStringSubmatch(err.Error()); m != nil {
		w.pid, _ = strconv.Atoi(m[1])
		if e.Status = m[2]; e.Status == "" {
			e.Status = "exit status 0"
		}
		e.Reason, e.Err = ReasonExit, fmt.Errorf("the new process ended before it was ready: %s", e.Status)
	} else if text, ok := strings.CutPrefix(err.Error(), "can't start child: can't start process "); ok {
		e.Err = fmt.Errorf("the new process could not be started: %s", text)
		if path, busy := strings.CutSuffix(text, ": fork/exec: "+syscall.ETXTBSY.Error()); busy {
			e.Err = fmt.Errorf("the new process could not be started: somebody has had %s open for writing for %v; copy to another name and rename it into place", path, busyFor)
		}
	}
	if w.said.Failed != "" {
		e.Reason, e.Err = ReasonUnready, fmt.Errorf("the new process gave up: %s", strings.TrimPrefix(w.said.Failed, "supervisor: "))
	}
	if w.failure != nil {
		e.Reason, e.Err = w.failure.Reason, w.failure.Err
	}
	e.PID = w.pid
	e.Stderr, e.Stack = w.tap.lines()
	return e
}
