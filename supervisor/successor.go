package supervisor

import (
	"os"
	"slices"
	"sync"
)

// successor is the next generation, seen from the one that starts it.
type successor struct {
	ctl        *control
	theirs     *os.File // its end of the conversation, of which tableflip keeps a copy here
	generation int
	messages   chan message  // what it says; closed when it is gone
	stop       chan struct{} // closed when nobody reads messages any more
	reader     sync.WaitGroup

	mu   sync.Mutex // guards will
	will prepared   // what it does with our listeners
}

func newSuccessor(ctl *control, theirs *os.File, generation int) *successor {
	n := &successor{
		ctl: ctl, theirs: theirs, generation: generation,
		messages: make(chan message), stop: make(chan struct{}),
	}
	n.reader.Go(n.read)
	return n
}

// read passes on what the successor says until it is gone.
func (n *successor) read() {
	defer close(n.messages)
	for {
		m, f, err := n.ctl.receive()
		if f != nil {
			f.Close()
		}
		if err != nil {
			return
		}
		if m.Prepared != nil {
			n.mu.Lock()
			n.will = *m.Prepared
			n.mu.Unlock()
		}
		select {
		case n.messages <- m:
		case <-n.stop:
			return
		}
	}
}

// take passes a connection to the successor, with what was read of its next request.
func (n *successor) take(c *conn, held []byte) error {
	if !n.serves(c.origin.name) {
		return errNowhere
	}
	return n.ctl.sendConn(message{Conn: c.origin.name, Early: held}, c.raw)
}

// serves reports whether the successor has a server for our listener of that name.
func (n *successor) serves(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(n.will.Serves, func(v service) bool { return v.Was == name })
}

// keeps reports whether the successor has taken our listener of that name.
func (n *successor) keeps(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.will.Claimed, name)
}

// hangUp ends the conversation with a successor that is dead: what it has said
// is still read, then messages is closed. Its end does not close by itself
// while tableflip has a copy of it here.
func (n *successor) hangUp() { shutWrite(n.theirs) }

// recover takes back the connections that were on their way to a successor
// which died before it had read of them: they stand in the socket of which we
// have a copy.
func (n *successor) recover(s *Supervisor) {
	n.ctl.close() // so that the last of them is followed by the end
	back, err := openControl(n.theirs)
	if err != nil {
		return
	}
	defer back.close()
	for {
		m, f, err := back.receive()
		if err != nil {
			return
		}
		nc := connOf(f)
		if nc == nil {
			continue
		}
		for _, l := range s.allListeners() {
			if l.name == m.Conn {
				l.deliver(arrival{nc, m.Early})
				nc = nil
				break
			}
		}
		if nc != nil {
			nc.Close()
		}
	}
}

// close forgets the successor and joins the reader.
func (n *successor) close() {
	close(n.stop)
	n.ctl.close()
	n.theirs.Close()
	n.reader.Wait()
}
