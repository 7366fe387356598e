package supervisor

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
)

// predecessor is the generation before this one, seen from the new process.
type predecessor struct {
	ctl    *control
	commit chan struct{} // closed when we may accept
	abort  chan struct{} // closed when we are not wanted
	main   chan struct{} // closed when the service manager knows us
	gone   chan struct{} // closed when it has ended
	asked  chan string   // what it was asked for too late; capacity 2
	reader sync.WaitGroup

	stderr *os.File // the real one; ours leads to the predecessor until the commit
}

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
		ctl:    ctl,
		commit: make(chan struct{}), abort: make(chan struct{}),
		main: make(chan struct{}), gone: make(chan struct{}),
		asked: make(chan string, 2), stderr: stderr,
	}
	s.predecessor = p
	p.reader.Go(func() { p.read(s) })
	ctl.send(message{Hello: &hello{Protocol: protocol, PID: os.Getpid()}}) // it may be gone, as read will find
	return nil
}

func (p *predecessor) read(s *Supervisor) {
	defer close(p.gone)
	// If it is gone, so is the reader of what we write to stderr, and a write
	// to a broken pipe on descriptor 2 ends a Go program (os/signal, SIGPIPE).
	defer p.restoreStderr(s)
	for {
		m, nc, err := p.ctl.receive()
		switch {
		case err != nil:
			return
		case nc != nil:
			s.receive(m.Conn, arrival{nc, m.Early})
		case m.Conn != "":
			s.log(slog.LevelWarn, "a connection is lost, for want of a descriptor", "listener", m.Conn)
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
		}
	}
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
