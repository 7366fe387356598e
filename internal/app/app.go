package app

import (
	"context"
	"os"
	"time"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/internal/outage"
	"github.com/ginreload/ginreload/internal/proc"
)

// Options say how the program is run.
type Options struct {
	Session *proc.Session
	Dir     string // working directory of the program
	// Env returns its environment, without what App adds. It is asked by the
	// goroutine of Run at each reload, since files may say what is in it.
	Env func() []string
	// Command returns the command line for a binary.
	Command func(binary string) []string
	Console *Console
	Grace   time.Duration // between asking the program to stop and killing it; 0: 5 s
	Signal  os.Signal     // that asks it; nil: SIGTERM, and SIGINT for a debugger

	Keep   bool               // the listening sockets of a program without a supervisor, where the system lets us
	Alone  bool               // never run two generations of such a program at a time
	Probe  string             // URL, or a path at its first TCP address, that has to answer before such a program is ready; "" for none
	Hold   time.Duration      // how long clients wait while nothing serves, before they are answered that
	Outage func() outage.Page // what they are answered
}

// Handoff is a way from one generation to the next.
type Handoff string

// The ways.
const (
	Cold       Handoff = "start" // nothing ran before
	Supervised Handoff = "supervised"
	Kept       Handoff = "kept"
	Restart    Handoff = "restart"
)

// Kind of an Event.
type Kind int

// Kinds of events.
const (
	Starting Kind = iota // a generation is being started: Generation, PID if known, Handoff, Why
	Ready                // it serves: Generation, PID, Took, Addresses
	Failed               // it never did: Generation, Exit, Message, Hint; Serving goes on
	Exited               // the serving generation ended by itself: Generation, Exit, Message, Hint
	Gone                 // a generation that was replaced has left
	Notice               // Message, Hint
	Advice               // Message: nothing is wrong, but something could be better
	Stopped              // answer to Stop: nothing of the program runs any more
)

// Event is what became of a command, or what the program did by itself.
type Event struct {
	Kind       Kind
	Generation int
	PID        int
	Serving    int // generation that serves after this, 0 for none
	Handoff    Handoff
	Why        string
	Took       time.Duration // from the start of the process until it was ready
	Addresses  []string
	Exit       proc.Exit
	Superseded bool // Failed because of Abort
	Message    string
	Hint       string
}

// App runs one program. Its methods may be called from any goroutine while Run
// runs; they return at once.
type App struct {
	opts   Options
	inbox  chan func(*runner)
	events chan Event
	done   chan struct{}
}

// New returns an App that runs nothing yet.
func New(opts Options) *App {
	if opts.Grace <= 0 {
		opts.Grace = 5 * time.Second
	}
	return &App{opts: opts, inbox: make(chan func(*runner)), events: make(chan Event), done: make(chan struct{})}
}

// Events yields what happens. It must be read until Run returns.
func (a *App) Events() <-chan Event { return a.events }

// Reload makes binary the program that runs. It is answered by Ready or
// Failed; until then there must be no other Reload.
func (a *App) Reload(binary string) { a.tell(func(r *runner) { r.reload(binary) }) }

// Abort calls off the reload under way if its process is not ready yet: it is
// killed, and Failed is its answer. Nothing happens if none is under way.
func (a *App) Abort() { a.tell((*runner).abort) }

// Stop ends the program gracefully, within the grace; the answer is Stopped.
func (a *App) Stop() { a.tell((*runner).stop) }

// Kill ends the program at once; Stopped follows.
func (a *App) Kill() { a.tell((*runner).kill) }

func (a *App) tell(f func(*runner)) {
	select {
	case a.inbox <- f:
	case <-a.done:
	}
}

// Run owns the program until Stop or Kill has been answered or ctx is done,
// which kills it.
func (a *App) Run(ctx context.Context) error {
	defer close(a.done)
	defer close(a.events)
	bus, err := manager.OpenBus(manager.Path(a.opts.Session.Dir))
	if err != nil {
		return err
	}
	defer bus.Close()
	r := &runner{
		app: a, opts: a.opts, bus: bus, alone: a.opts.Alone,
		exits: make(chan exited), listened: make(chan listened), probed: make(chan probed), ctx: ctx,
	}
	if a.opts.Keep {
		r.openKeeper()
	}
	return r.run()
}
