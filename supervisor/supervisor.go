package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudflare/tableflip"
	"github.com/coreos/go-systemd/v22/activation"
)

// Options tune a Supervisor. The zero value is good for most programs.
type Options struct {
	// ReadyTimeout is how long a new process may take from its start until it
	// is prepared; then it is killed and the upgrade has failed. 0: one minute.
	ReadyTimeout time.Duration
	// DrainTimeout bounds the drain, of an upgrade and of a stop. What is still
	// open then is closed and counted (see CutError). 0: 30 s.
	DrainTimeout time.Duration
	// IdleGrace is how long an idle connection that cannot move to the new
	// process (TLS, HTTP/2, every connection at a stop) is left open for its
	// client to send one more request, which is then answered with
	// "Connection: close". 0: one second at an upgrade, 100 ms at a stop.
	IdleGrace time.Duration
	// NewConnGrace is how long such a connection may take for its first
	// request: TLS handshake and headers. 0: 5 s.
	NewConnGrace time.Duration
	// Guard is the least time for which the old process stays able to take up
	// again after the new one took over. 0: 250 ms.
	Guard time.Duration
	// Logger gets a record for each step. nil: slog.Default, warnings only, and
	// nothing below ginreload, which reports what it is told over NOTIFY_SOCKET.
	Logger *slog.Logger
	// OnEvent is called for each step, one call at a time, from goroutines of the
	// supervisor that wait for it: it must be quick. It may call Upgrade and the
	// like in a goroutine of its own only. nil: nobody is told.
	OnEvent func(Event)
	// NoSignals leaves signals to the program, which calls Upgrade itself and
	// stops the supervisor by ending the context of Run.
	NoSignals bool
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	set(&o.ReadyTimeout, time.Minute)
	set(&o.DrainTimeout, 30*time.Second)
	set(&o.NewConnGrace, 5*time.Second)
	set(&o.Guard, 250*time.Millisecond)
	return o
}

// Supervisor owns the listeners and servers of a process and passes them from
// one generation of the program to the next. Its methods may be called from
// any goroutine.
type Supervisor struct {
	opts  Options
	flip  *tableflip.Upgrader // nil where it is not supported
	conns *conns
	start time.Time

	predecessor *predecessor // the generation before us, nil for the first
	generation  int

	journal journal
	events  sync.Mutex // held during OnEvent

	lameDuck atomic.Bool // responses say Connection: close where they must

	requests chan upgradeRequest // to Run
	finished chan struct{}       // closed when Run returns

	mu        sync.Mutex // guards all below
	listeners []*Listener
	servers   []*server
	inherited []inherited
	running   bool       // Run was called
	serving   bool       // servers accept; a new one starts at once
	served    chan error // results of the servers' accept loops
	serves    sync.WaitGroup
	draining  chan struct{} // closed while a drain goes on
}

// created is the one piece of global state: descriptors 3 and up are handed to
// a process, not to an object in it.
var created atomic.Bool

// New returns the supervisor of this process. In a process that was started by
// an upgrade it first receives the listeners from the one before it. The
// second call returns ErrAlreadyCreated.
func New(opts Options) (*Supervisor, error) {
	if created.Swap(true) {
		return nil, ErrAlreadyCreated
	}
	s := &Supervisor{
		opts:       opts.withDefaults(),
		conns:      newConns(),
		start:      time.Now(),
		generation: 1,
		requests:   make(chan upgradeRequest),
		finished:   make(chan struct{}),
		served:     make(chan error),
		draining:   make(chan struct{}),
	}
	flip, err := tableflip.New(tableflip.Options{UpgradeTimeout: s.opts.ReadyTimeout})
	switch {
	case errors.Is(err, tableflip.ErrNotSupported):
	case err != nil:
		return nil, fmt.Errorf("supervisor: receive sockets from the old process: %w", err)
	default:
		s.flip = flip
	}
	if s.flip == nil || !s.flip.HasParent() {
		s.adopt(activation.Files(true))
		return s, nil
	}
	hideInheritance()
	// Meant for the first generation; the numbers name tableflip's pipes here.
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if err := s.meetPredecessor(); err != nil {
		return nil, fmt.Errorf("supervisor: receive sockets from the old process: %w", err)
	}
	return s, nil
}

// Generation is 1 in the process that was started first and grows by one with
// each upgrade.
func (s *Supervisor) Generation() int { return s.generation }

// ListenAndServe serves handler on a TCP address until the program is stopped
// or replaced: the one line that takes the place of http.ListenAndServe. A nil
// handler means http.DefaultServeMux. It returns nil after a clean end.
func ListenAndServe(addr string, handler http.Handler) error {
	s, err := New(Options{})
	if err != nil {
		return err
	}
	ln, err := s.Listen("http", "tcp", addr)
	if err != nil {
		return err
	}
	if err := s.Serve(ln, &http.Server{Handler: handler}); err != nil {
		return err
	}
	return s.Run(context.Background())
}

// Draining returns a channel that is closed when the process that serves the
// request of ctx begins to drain, because it was replaced or is stopping.
// Handlers of streams (SSE, WebSocket, long polls) end then, so that their
// clients connect to the new process. Without a supervisor it returns nil,
// which blocks for ever.
func Draining(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return nil
	}
	s := c.origin.sup
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// ginreloadEnv is set in everything that ginreload runs.
const ginreloadEnv = "GINRELOAD_SESSION"

func (s *Supervisor) log(level slog.Level, text string, args ...any) {
	logger := s.opts.Logger
	if logger == nil {
		if level < slog.LevelWarn || os.Getenv(ginreloadEnv) != "" {
			return
		}
		logger = slog.Default()
	}
	args = append(args, "generation", s.generation)
	logger.Log(context.Background(), level, "supervisor: "+text, args...)
}

// inherited is a socket that another process has opened for us.
type inherited struct {
	slot
	file  *os.File // nil for one that tableflip still has, under the name of key
	key   string
	taken bool
}

// adopt takes over the sockets of a service manager (sd_listen_fds(3)).
func (s *Supervisor) adopt(files []*os.File) {
	for _, f := range files {
		s.inherited = append(s.inherited, inherited{slot: slot{Name: f.Name()}, file: f})
	}
}
