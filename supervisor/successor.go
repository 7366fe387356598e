package supervisor

import (
	"slices"
	"sync"
)

// successor is the next generation, seen from the one that starts it.
type successor struct {
	ctl        *control
	generation int
	messages   chan message  // what it says; closed when it is gone
	stop       chan struct{} // closed when nobody reads messages any more
	reader     sync.WaitGroup

	mu    sync.Mutex // guards names
	names []string   // listeners that it has a server for
}

func newSuccessor(ctl *control, generation int) *successor {
	n := &successor{
		ctl: ctl, generation: generation,
		messages: make(chan message), stop: make(chan struct{}),
	}
	n.reader.Go(n.read)
	return n
}

// read passes on what the successor says until it is gone.
func (n *successor) read() {
	defer close(n.messages)
	for {
		m, nc, err := n.ctl.receive()
		if nc != nil {
			nc.Close()
		}
		if err != nil {
			return
		}
		if m.Prepared != nil {
			n.mu.Lock()
			n.names = m.Prepared
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

func (n *successor) serves(name string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Contains(n.names, name)
}

// close forgets the successor and joins the reader.
func (n *successor) close() {
	close(n.stop)
	n.ctl.close()
	n.reader.Wait()
}
