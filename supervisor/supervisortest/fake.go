package supervisortest

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// Fake stands in for a *supervisor.Supervisor in tests of a program's own main:
// it has all of its methods, listens in memory, installs no signal handlers and
// starts no process. The program needs an interface with the methods that it
// uses. The zero value is ready to use; there may be any number of them.
//
// It serves as the library does, from Run on until the context ends or an
// upgrade has succeeded, and then finishes the requests in flight. It passes
// nothing on: connections are closed at its end. Handlers do not hear of it
// through supervisor.Draining, which knows real connections only.
type Fake struct {
	// OnUpgrade answers Upgrade. With an error, such as a
	// *supervisor.UpgradeError, the fake serves on; without, a newer process has
	// taken over. Zero fields of the result are filled in. nil: upgrades succeed.
	OnUpgrade func(ctx context.Context) (supervisor.Result, error)

	// Inherited is what Receive and ReceiveFile find, by name. If it is not nil,
	// the fake is of generation 2, else of generation 1.
	Inherited map[string]State

	// DrainTimeout is how long Run waits for requests in flight; 30 s if zero.
	DrainTimeout time.Duration

	mu        sync.Mutex // guards all below
	listeners []*memory
	packets   []*packets
	servers   []*fakeServer
	phase     phase
	upgrading bool
	drained   supervisor.DrainReport
	offers    map[string]stateOffer
	unusable  error // of what was received
	signals   *signals
	failed    chan error // what a server failed of
	running   sync.WaitGroup
}

// signals are closed when something has happened.
type signals struct{ serving, replaced, draining chan struct{} }

type phase int

const (
	fresh phase = iota
	serving
	replaced
	stopping
	ended
)

// events is made with the first use.
func (f *Fake) eventsLocked() *signals {
	if f.signals == nil {
		f.signals = &signals{make(chan struct{}), make(chan struct{}), make(chan struct{})}
		f.failed = make(chan error, 1)
	}
	return f.signals
}

// Run serves until ctx ends or an upgrade has succeeded, and returns when the
// requests in flight are finished: nil, or a *supervisor.CutError. If what was
// inherited could not be received, it returns that error at once.
func (f *Fake) Run(ctx context.Context) error {
	f.mu.Lock()
	events := f.eventsLocked()
	if f.phase != fresh {
		f.mu.Unlock()
		return supervisor.ErrRunning
	}
	if err := f.unusable; err != nil {
		f.phase = ended
		f.mu.Unlock()
		return err
	}
	f.phase = serving
	for _, v := range f.servers {
		f.startLocked(v)
	}
	f.mu.Unlock()
	close(events.serving)

	var err error
	select {
	case <-ctx.Done():
		f.enter(stopping)
	case <-events.replaced: // enter was called for it
	case err = <-f.failed:
		f.enter(stopping)
	}
	f.park()
	close(events.draining)
	err = errors.Join(err, f.drain())
	f.enter(ended)
	return err
}

// enter changes the phase, unless an upgrade has done so at the same time.
func (f *Fake) enter(p phase) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.phase = max(f.phase, p)
}

// park closes all listeners before anything is waited for.
func (f *Fake) park() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drained = supervisor.DrainReport{Cause: "stop", Began: time.Now()}
	if f.phase == replaced {
		f.drained.Cause = "upgrade"
	}
	for _, l := range f.listeners {
		l.Close()
	}
}

func (f *Fake) drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(f.DrainTimeout, 30*time.Second))
	defer cancel()
	f.mu.Lock()
	servers, listeners := f.servers, f.listeners
	f.mu.Unlock()
	late := false
	for _, v := range servers {
		late = v.shutdown(ctx) != nil || late
	}
	cut := 0
	for _, l := range listeners {
		cut += int(l.open.Load())
	}
	for _, v := range servers {
		v.cut()
	}
	f.running.Wait()
	report := f.drainOver()
	if late && cut > 0 {
		return &supervisor.CutError{Why: "drain deadline", Connections: cut, Report: report}
	}
	return nil
}

// drainOver closes what outlives the servers.
func (f *Fake) drainOver() supervisor.DrainReport {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.packets {
		p.Close()
	}
	f.drained.Over, f.drained.Took = true, time.Since(f.drained.Began)
	return f.drained
}

// Upgrade is answered by OnUpgrade while Run serves, and by the error that the
// library would give at any other time.
func (f *Fake) Upgrade(ctx context.Context) (supervisor.Result, error) {
	if err := f.beginUpgrade(); err != nil {
		return supervisor.Result{}, err
	}
	var result supervisor.Result
	var err error
	if f.OnUpgrade != nil {
		result, err = f.OnUpgrade(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.upgrading = false
	switch {
	case err != nil:
		return supervisor.Result{}, err
	case f.phase != serving:
		return supervisor.Result{}, supervisor.ErrStopping
	}
	result.Generation = cmp.Or(result.Generation, f.Generation()+1)
	result.PID = cmp.Or(result.PID, os.Getpid())
	f.phase = replaced
	close(f.signals.replaced)
	return result, nil
}

func (f *Fake) beginUpgrade() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.phase == fresh:
		return supervisor.ErrNotReady
	case f.phase == replaced:
		return supervisor.ErrReplaced
	case f.phase != serving:
		return supervisor.ErrStopping
	case f.upgrading:
		return supervisor.ErrUpgrading
	}
	f.upgrading = true
	return nil
}

// Generation is 1, or 2 with Inherited.
func (f *Fake) Generation() int {
	if f.Inherited != nil {
		return 2
	}
	return 1
}

// Serving is closed when Run serves.
func (f *Fake) Serving() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.eventsLocked().serving
}

// Draining is closed when Run begins to drain.
func (f *Fake) Draining() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.eventsLocked().draining
}
