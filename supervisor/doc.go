// Package supervisor keeps an HTTP server up while its program is replaced: on
// SIGUSR2 it starts the new binary, hands it the listening sockets through
// cloudflare/tableflip and leaves when the last request that it had accepted
// is answered. No connection is refused, and no request on a plain HTTP/1
// connection is lost; for TLS and HTTP/2 see below.
//
// One line replaces http.ListenAndServe or gin's r.Run:
//
//	err := supervisor.ListenAndServe(":8080", handler)
//
// The parts behind that line:
//
//	sup, err := supervisor.New(supervisor.Options{})
//	ln, err := sup.Listen("http", "tcp", ":8080")
//	err = sup.Serve(ln, srv)
//	err = sup.Run(ctx)
//
// # What an upgrade is
//
// The old process looks at the binary that now stands at its own path, and
// starts it. The new process claims the listeners by name, does whatever its
// main does before Run, asks for state that the old one offers, passes its own
// check (Options.Ready) and reports that it is prepared. The old one probes it
// over connections that it hands to it, lets it stay up for a moment, and only
// then lets it accept. When it does, the old one stops accepting (the listeners
// are parked, not closed: their kernel queue is shared, so nobody is refused).
// Everything that can fail happens before that point; if it does, the new
// process is ended, the old one has not missed a request, and the UpgradeError
// says why.
//
// The old process then drains. A plain HTTP/1 connection that is idle, or on
// which nothing was sent yet, moves to the new process as it is: the client
// does not notice, there is no idle-close race (golang/go#23829, #75591), and
// its next request is answered by the new code. A request in flight is
// answered by the old process and its connection moves afterwards. TLS and
// HTTP/2 connections carry state that cannot move; they are told to go with
// "Connection: close" or GOAWAY, get a grace to do so, and are then shut down.
// For a guard time, and for as long as it drains, the old process can take up
// again, should the new one die, and can then upgrade again.
//
// An HTTP/2 request that crosses the GOAWAY on its way has not been looked at,
// and its client repeats it; only one that cannot repeat (in Go, a body without
// GetBody) reports it as failed.
//
// # Signals
//
// SIGUSR2 upgrades; one that comes during an upgrade is kept for afterwards.
// SIGTERM and SIGINT stop gracefully, the second one at once. SIGHUP reloads and
// SIGUSR1 reopens logs, by hooks. Options.Signals chooses others. New begins to
// catch those that do not stop the program, Run the others, and it releases all
// of them when it returns.
//
// # Operators
//
// Status and the handlers for JSON, Prometheus, readiness and liveness tell what
// goes on, Options.OnEvent each step. An admin socket answers ginreload upgrade
// and ginreload status.
//
// # Service managers
//
// Listeners are adopted from LISTEN_FDS. NOTIFY_SOCKET is told READY,
// RELOADING, MAINPID (by the old process, so NotifyAccess=main suffices) and
// STOPPING (on a real stop only), is asked for as much time as the options
// allow, and is offered the listeners for its file descriptor store. The main
// process answers its watchdog. A container or supervisord wants a parent that
// stays: ginreload supervise.
//
// # Does not
//
// It does not restart a program that crashed (a service manager does, and
// ginreload at the next save) or watch files. On Windows everything works
// except Upgrade, which returns ErrNotSupported. A process has one Supervisor,
// because it has one set of inherited descriptors. What main starts before Run
// must not write to an inherited stderr for longer than the process that is
// being replaced lives: until the upgrade is committed, that one reads along.
package supervisor
