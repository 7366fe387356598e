package supervisor

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"
)

// Options tune a Supervisor. The zero value is good for most programs: every
// limit has a finite default.
type Options struct {
	// ReadyTimeout is how long a new process may take from its start until it
	// accepts; then it is asked for its goroutines (SIGQUIT), killed, and the
	// upgrade has failed. 0: one minute.
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
	// Spread is the time over which a drain parts from the connections that cannot
	// move and from streams: each has its turn, evenly spread, from which on its
	// idle grace counts, its next response says "Connection: close" (on HTTP/2
	// GOAWAY), and OnDrain and DrainContext are heard. So clients come back one
	// after the other. At most half of DrainTimeout. 0: a millisecond for each such
	// connection, 5 s at most. Negative: all at once.
	Spread time.Duration
	// StopDelay is how long a stop goes on as if nothing were, except that Ready
	// says no: the time that a load balancer takes to notice. It comes before the
	// drain and is not part of DrainTimeout. Another signal ends it. An upgrade
	// has no such delay. 0: none.
	StopDelay time.Duration
	// Probation is how long a new process has to stay up after it is prepared
	// and has passed its probe, before it may accept. 0: 10 ms.
	Probation time.Duration
	// Guard is the least time for which the old process stays able to take up
	// again after the new one took over. 0: 250 ms.
	Guard time.Duration
	// MaxBackoff bounds the pause before a binary that has failed three times
	// in a row is tried again. It starts at one second and grows by half with
	// each failure. 0: 30 s; negative: no pause. Another binary has none.
	MaxBackoff time.Duration

	// Executable is the program that an upgrade starts, found through PATH if
	// it has no slash. "": the path that this process was started by, with its
	// symbolic links as they are then.
	Executable string
	// SelfCheck are arguments with which a new binary is run before an upgrade
	// touches anything; it has to exit 0 within ten seconds. nil: no such run.
	SelfCheck []string
	// BeforeUpgrade is called in the old process before the new one is
	// started; an error calls the upgrade off. It is the place to verify a
	// signature of the binary at path, or to change the environment that the
	// new process inherits (os.Setenv). nil: nothing is asked.
	BeforeUpgrade func(ctx context.Context, path string) error
	// Ready is called in a process whose servers are set up, before the first
	// connection: in the first generation at its start, in a new one before it
	// takes over. An error ends Run, and the upgrade has failed. nil: being
	// set up is being ready.
	Ready func(ctx context.Context) error
	// ProbePath is what the old process asks the new one for, in the way of a
	// client, before it lets it accept; anything but a 2xx fails the upgrade.
	// It is the new version's path that counts. "": plain HTTP listeners are
	// asked for "OPTIONS *", which net/http answers itself, and every answer is
	// good.
	ProbePath string
	// Probe is called in the old process for a closer look, with a client whose
	// requests reach the new one: the host of the URL is the name of a
	// listener. An error fails the upgrade. nil: no closer look.
	Probe func(ctx context.Context, next *http.Client) error

	// PIDFile gets the number of the process that serves. It is locked
	// (flock(2)) for as long as any generation lives, so that a second instance
	// of the program refuses to start, and removed at a stop. "": none.
	PIDFile string
	// OnReload is called on SIGHUP, to read configuration again. Its error is
	// logged. nil: the certificates of ServeTLS are read again; on a terminal,
	// whose end SIGHUP means, the program stops.
	OnReload func(ctx context.Context) error
	// OnReopen is called on SIGUSR1, in the old process as well while it
	// drains, to open log files anew that were moved away. nil: nothing happens.
	OnReopen func(ctx context.Context) error
	// OnEvent is called for each step, one call at a time, from goroutines of the
	// supervisor that wait for it: it must be quick. It may call Upgrade and the
	// like in a goroutine of its own only. nil: nobody is told.
	OnEvent func(Event)
	// Logger gets a record for each step. nil: slog.Default, warnings only, and
	// nothing below ginreload, which reports what it is told over NOTIFY_SOCKET.
	Logger *slog.Logger
	// Signals says which signals mean what.
	Signals Signals
	// NoAdmin does without the admin socket, by which `ginreload upgrade` and
	// `ginreload status` reach this process. It admits the process's own user and
	// root. Where it cannot be opened the program runs without.
	NoAdmin bool
	// NoSignals leaves all signals to the program, which calls Upgrade itself and
	// stops the supervisor by ending the context of Run.
	NoSignals bool
}

// Signals are the signals that a Supervisor acts on. A field that is nil has
// its default, one that is empty but not nil means no signal.
type Signals struct {
	Upgrade []os.Signal // nil: SIGUSR2
	Stop    []os.Signal // nil: SIGTERM and SIGINT; the second one stops at once
	Reload  []os.Signal // nil: SIGHUP
	Reopen  []os.Signal // nil: SIGUSR1
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
	set(&o.Probation, 10*time.Millisecond)
	set(&o.Guard, 250*time.Millisecond)
	if o.MaxBackoff == 0 {
		o.MaxBackoff = 30 * time.Second
	}
	o.Signals = o.Signals.withDefaults()
	return o
}

func (g Signals) withDefaults() Signals {
	def := defaultSignals()
	set := func(have *[]os.Signal, def []os.Signal) {
		if *have == nil {
			*have = def
		}
	}
	set(&g.Upgrade, def.Upgrade)
	set(&g.Stop, def.Stop)
	set(&g.Reload, def.Reload)
	set(&g.Reopen, def.Reopen)
	return g
}

// spread is the time over which n connections have their turns.
func (o Options) spread(n int) time.Duration {
	over := o.Spread
	if over == 0 {
		over = min(time.Duration(n)*time.Millisecond, 5*time.Second)
	}
	return max(0, min(over, o.DrainTimeout/2))
}
