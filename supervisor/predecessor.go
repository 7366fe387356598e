package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
)

// predecessor is the generation before this one, seen from the new process.
type predecessor struct {
	pid    int // of the process that has started us
	ctl    *control
	commit chan struct{} // closed when we may accept
	abort  chan struct{} // closed when we are not wanted
	main   chan struct{} // closed when the service manager knows us
	leave  chan struct{} // closed when it has nothing left to do
	gone   chan struct{} // closed when it has ended
	asked  chan string   // what it was asked for too late; capacity 2
	reader sync.WaitGroup

	oomScore int      // that it had
	stderr   *os.File // the real one; ours leads to the predecessor until the commit

	mu     sync.Mutex // guards all below
	states map[string]chan inheritance
	wholes map[string]chan whole
}

// inheritance is state that has come.
type inheritance struct {
	version int
	file    *os.File
	err     error
}

// noState is what a generation answers if it has no such state.
const noState = "no such state"

// meetPredecessor receives the listeners and starts the conversation.
func (s *Supervisor) meetPredecessor() error {
	file, err := s.flip.File(controlFile)
	if err != nil {
		return err
	}
	if file == nil {
		return errors.New("it speaks tableflip but is not a ginreload supervisor; start the program afresh")
	}
	ctl, err := openControl(file)
	if err != nil {
		return err
	}
	first, _, err := ctl.receive()
	if err != nil || first.Welcome == nil {
		ctl.close()
		return errors.Join(errors.New("it did not say which listeners it passes"), err)
	}
	// It learns of a version that is not its own from this, and ends us.
	ctl.send(message{Hello: &hello{Protocol: protocol, PID: os.Getpid()}}) // it may be gone, as read will find
	if first.Welcome.Protocol != protocol {
		ctl.close()
		return incompatible(first.Welcome.Protocol)
	}
	for i, sl := range first.Welcome.Slots {
		s.inherited = append(s.inherited, inherited{slot: sl, key: fmt.Sprint(slotPrefix, i)})
	}
	stderr, err := s.flip.File(stderrFile)
	if err != nil {
		ctl.close()
		return err
	}
	s.generation = first.Welcome.Generation
	p := &predecessor{
		ctl: ctl, pid: os.Getppid(),
		commit: make(chan struct{}), abort: make(chan struct{}),
		main: make(chan struct{}), leave: make(chan struct{}), gone: make(chan struct{}),
		asked: make(chan string, 2), stderr: stderr, oomScore: first.Welcome.OOMScore,
		states: make(map[string]chan inheritance), wholes: make(map[string]chan whole),
	}
	setOOMScore(os.Getpid(), p.oomScore+oomHandicap) // before main fills the memory; the old process may be late
	s.predecessor = p
	p.reader.Go(func() { p.read(s) })
	return nil
}

func (p *predecessor) read(s *Supervisor) {
	defer close(p.gone)
	// If it is gone, so is the reader of what we write to stderr, and a write
	// to a broken pipe on descriptor 2 ends a Go program (os/signal, SIGPIPE).
	defer p.restoreStderr(s)
	for {
		m, f, err := p.ctl.receive()
		if err != nil {
			return
		}
		p.hear(s, m, f)
	}
}

// hear acts on what the predecessor says; f came with it.
func (p *predecessor) hear(s *Supervisor, m message, f *os.File) {
	switch {
	case m.Conn != "" || m.Probe != "":
		nc := connOf(f)
		if nc == nil {
			s.log(slog.LevelWarn, "a connection is lost, for want of a descriptor", "listener", m.Conn+m.Probe)
			return
		}
		s.receive(m, nc)
	case m.State != nil:
		p.arrived(m.State, f)
	case m.Whole != nil:
		p.expectWhole(m.Whole.Name) <- *m.Whole
	case m.Asked != "":
		select {
		case p.asked <- m.Asked:
		default: // as a signal that is pending already
		}
	case m.Commit:
		p.restoreStderr(s)
		close(p.commit)
	case m.Abort:
		close(p.abort)
	case m.Main:
		close(p.main)
	case m.History != nil:
		s.journal.inherit(*m.History)
	case m.Leave:
		close(p.leave)
	}
}

// ask asks for state and waits for it.
func (p *predecessor) ask(ctx context.Context, name string) (inheritance, error) {
	p.mu.Lock()
	ch, pending := p.states[name]
	if !pending {
		ch = make(chan inheritance, 1)
		p.states[name] = ch
	}
	p.mu.Unlock()
	if pending {
		return inheritance{}, errors.New("it was asked for before")
	}
	if err := p.ctl.send(message{Want: name}); err != nil {
		return inheritance{}, err
	}
	select {
	case in := <-ch:
		return in, in.err
	case <-p.gone:
	case <-p.abort:
	case <-ctx.Done():
		return inheritance{}, context.Cause(ctx)
	}
	return inheritance{}, errOldGone
}

var errOldGone = errors.New("the old process is gone, and its state with it")

// arrived passes on state to whoever asked for it.
func (p *predecessor) arrived(st *state, f *os.File) {
	in := inheritance{version: st.Version, file: f}
	switch {
	case st.Err == noState:
		in.err = ErrNoState
	case st.Err != "":
		in.err = errors.New(st.Err)
	case f == nil:
		in.err = errors.New("no descriptor is left for it")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if ch := p.states[st.Name]; ch != nil {
		ch <- in
	} else if f != nil {
		f.Close()
	}
}

// expectWhole returns where the end of that state is told; capacity 1.
func (p *predecessor) expectWhole(name string) chan whole {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wholes[name] == nil {
		p.wholes[name] = make(chan whole, 1)
	}
	return p.wholes[name]
}

// wholeOf waits for the end of that state.
func (p *predecessor) wholeOf(ctx context.Context, name string) (whole, error) {
	select {
	case end := <-p.expectWhole(name):
		return end, nil
	case <-p.gone:
	case <-p.abort:
	case <-ctx.Done():
		return whole{}, context.Cause(ctx)
	}
	return whole{}, errOldGone
}

func (p *predecessor) restoreStderr(s *Supervisor) {
	if p.stderr == nil {
		return
	}
	if err := setStderr(p.stderr); err != nil {
		s.log(slog.LevelWarn, "cannot restore stderr", "error", err)
	}
	p.stderr.Close()
	p.stderr = nil
}

// isGone reports whether the predecessor has ended.
func (p *predecessor) isGone() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// close ends the conversation and joins the reader.
func (p *predecessor) close() {
	p.ctl.close()
	p.reader.Wait()
}

// connOf takes over f, which is a connection; it returns nil if it is none.
func connOf(f *os.File) net.Conn {
	if f == nil {
		return nil
	}
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		return nil
	}
	return nc
}
