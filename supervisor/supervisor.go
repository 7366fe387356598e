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
	pid         *os.File // the PID file, nil for none
	offers      offers

	journal  journal
	watchdog watchdog
	events   sync.Mutex // held during OnEvent
	program  program

	signals  signals
	spent    atomic.Bool // tableflip's one success went to a stranger
	ready    atomic.Bool // see Ready
	lameDuck atomic.Bool // responses say Connection: close where they must

	requests chan upgradeRequest // to Run
	finished chan struct{}       // closed when Run returns
	settled  chan struct{}       // closed when tableflip knows that a process with a predecessor is ready

	mu        sync.Mutex // guards all below
	listeners []*Listener
	packets   []*PacketConn
	servers   []*server
	graceful  []*graceful
	inherited []inherited
	unusable  error      // why this process must not take over
	running   bool       // Run was called
	serving   bool       // servers accept; a new one starts at once
	accepting bool       // it may, as the one in charge
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
		program:    ownProgram(),
		generation: 1,
		requests:   make(chan upgradeRequest),
		finished:   make(chan struct{}),
		settled:    make(chan struct{}),
		served:     make(chan error),
		draining:   make(chan struct{}),
		signals:    newSignals(),
	}
	settleExecutable(opts.Executable)
	s.signals.catch(s.opts)
	// Ours comes first; what tableflip waits for comes at the end of the drain.
	limit := s.opts.ReadyTimeout + s.opts.DrainTimeout + time.Minute
	flip, err := tableflip.New(tableflip.Options{UpgradeTimeout: limit})
	switch {
	case errors.Is(err, tableflip.ErrNotSupported):
	case err != nil:
		return nil, fmt.Errorf("supervisor: receive sockets from the old process: %w", err)
	default:
		s.flip = flip
	}
	if s.flip == nil || !s.flip.HasParent() {
		s.adopt(activation.Files(true))
	} else if err := s.inherit(); err != nil {
		return nil, fmt.Errorf("supervisor: receive sockets from the old process: %w", err)
	}
	if err := s.openPIDFile(); err != nil {
		return nil, err
	}
	s.findWatchdog()
	if s.predecessor == nil {
		s.notifyStarting()
	}
	return s, nil
}

// inherit receives what the process before this one hands over.
func (s *Supervisor) inherit() error {
	hideInheritance()
	// Meant for the first generation; the numbers name tableflip's pipes here.
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	return s.meetPredecessor()
}

// Generation is 1 in the process that was started first and grows by one with
// each upgrade.
func (s *Supervisor) Generation() int { return s.generation }

// Ready reports whether new clients are welcome: from when Run accepts until a
// stop was asked for, that is before its StopDelay. It is what a readiness probe
// wants to know. An upgrade does not change it, as the service goes on.
func (s *Supervisor) Ready() bool { return s.ready.Load() }

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
