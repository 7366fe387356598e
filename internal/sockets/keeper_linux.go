//go:build amd64 || arm64

package sockets

import (
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Keeper keeps the sockets of one program. Its methods may be called from any
// goroutine; they do not wait for the program.
type Keeper struct {
	inbox      chan func(*state)
	calls      chan received
	events     chan Event
	stop       chan struct{}
	done       chan struct{}
	background sync.WaitGroup
}

// Generation is a process of the program, with all that it starts.
type Generation struct {
	keeper *Keeper
	notify notifier
	life   // of the Keeper's goroutine
}

// received is a call of a generation.
type received struct {
	from *Generation
	call
}

// Open returns a Keeper that keeps nothing yet, or an error that wraps
// ErrRefused and says why this system does not let it.
func Open(opts Options) (*Keeper, error) {
	if err := Possible(); err != nil {
		return nil, err
	}
	k := &Keeper{
		inbox: make(chan func(*state)), calls: make(chan received), events: make(chan Event),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	s := &state{keeper: k, opts: opts}
	go s.run()
	return k, nil
}

// Possible tries on a thread of its own what depends on the system. Its error
// wraps ErrRefused, and says what is missing.
func Possible() error {
	notify, err := underFilter(func() error { return nil })
	if err != nil {
		return err
	}
	notify.Close()
	p, err := open(os.Getpid())
	if err != nil {
		return refused(err)
	}
	defer p.close()
	fd, err := p.duplicate(p.fd)
	if err != nil {
		return refused(err)
	}
	return unix.Close(fd)
}

// Events yields what happens. It is closed by Close.
func (k *Keeper) Events() <-chan Event { return k.events }

// Start calls spawn, which starts a process, in a way that this process is a
// generation of k, and returns it. Errors are those of spawn, or wrap ErrRefused.
func (k *Keeper) Start(spawn func() (pid int, err error)) (*Generation, error) {
	pid := 0
	file, err := underFilter(func() (err error) {
		pid, err = spawn()
		return err
	})
	if err != nil {
		return nil, err
	}
	g := &Generation{keeper: k, notify: notifier{file}}
	g.pid = pid
	k.tell(func(s *state) { s.generations = append(s.generations, g) })
	k.background.Go(func() { k.read(g) })
	return g, nil
}

// read passes the calls of a generation on until none of its processes is left.
func (k *Keeper) read(g *Generation) {
	for {
		c, ok := g.notify.next()
		if !ok {
			return
		}
		select {
		case k.calls <- received{g, c}:
		case <-k.stop:
			return
		}
	}
}

// Serve says that g serves now: what it listens on is expected of the next one.
func (k *Keeper) Serve(g *Generation) { k.tell(func(s *state) { s.serve(g) }) }

// Hold keeps g from accepting connections until Resume. Those that come wait
// in the queue, for whoever else accepts from it.
func (k *Keeper) Hold(g *Generation) { k.tell(func(s *state) { s.hold(g) }) }

// Drain holds g and has Drained follow as soon as nothing of it is under way,
// but not before guard has passed and not later than limit.
func (k *Keeper) Drain(g *Generation, guard, limit time.Duration) {
	k.tell(func(s *state) { s.drain(g, guard, limit) })
}

// Hurry makes Drained follow at once.
func (k *Keeper) Hurry(g *Generation) { k.tell(func(s *state) { s.hurry(g) }) }

// Resume has a generation that was held or drained accept again.
func (k *Keeper) Resume(g *Generation) { k.tell(func(s *state) { s.resume(g) }) }

// Ending says that g was asked to end: connections that it closes from now on
// are closed because of that.
func (k *Keeper) Ending(g *Generation) { k.tell(func(*state) { g.ending = true }) }

// Gone says that the process of g has ended. Its sockets are kept.
func (k *Keeper) Gone(g *Generation) { k.tell(func(s *state) { s.gone(g) }) }

// Down says that nothing serves, until a generation binds a kept socket.
func (k *Keeper) Down() { k.tell((*state).down) }

// Release gives all sockets up, for a program that is not started by Start.
func (k *Keeper) Release() { k.tell((*state).release) }

// Close gives all sockets up; whoever waits in their queues is reset. The
// generations must have ended.
func (k *Keeper) Close() {
	close(k.stop)
	<-k.done
	k.background.Wait()
}

func (k *Keeper) tell(f func(*state)) {
	select {
	case k.inbox <- f:
	case <-k.done:
	}
}

// later has f called after d.
func (k *Keeper) later(d time.Duration, f func(*state)) { time.AfterFunc(d, func() { k.tell(f) }) }

// state belongs to the Keeper's goroutine.
type state struct {
	keeper      *Keeper
	opts        Options
	kept        []*kept
	generations []*Generation
	serving     *Generation
	draining    int
	pending     []Event
	unable      bool
	outage      *outageServer // while nothing serves
}

// pace is how often generations that drain are looked at. The kernel makes no
// event of an answer that another process sends.
const pace = 20 * time.Millisecond

func (s *state) run() {
	defer close(s.keeper.done)
	defer close(s.keeper.events)
	defer s.close()
	look := time.NewTicker(pace)
	look.Stop()
	defer look.Stop()
	for {
		var next Event
		var out chan<- Event
		if len(s.pending) > 0 {
			next, out = s.pending[0], s.keeper.events
		}
		busy := s.draining
		select {
		case f := <-s.keeper.inbox:
			f(s)
		case r := <-s.keeper.calls:
			s.called(r.from, r.call)
		case <-look.C:
			s.look()
		case out <- next:
			s.pending = slices.Delete(s.pending, 0, 1)
		case <-s.keeper.stop:
			return
		}
		if busy == 0 && s.draining > 0 {
			look.Reset(pace)
		} else if s.draining == 0 {
			look.Stop()
		}
	}
}

func (s *state) emit(e Event) { s.pending = append(s.pending, e) }

func (s *state) close() {
	s.up()
	for _, g := range s.generations {
		g.notify.file.Close()
	}
	for _, k := range s.kept {
		k.close()
	}
}
