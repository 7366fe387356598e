package supervisor

import (
	"context"
	"errors"
)

// Causes that a handler may get from DrainContext and OnDrain, besides ErrStopping.
var (
	// ErrUpgraded: a newer process has taken over.
	ErrUpgraded = errors.New("supervisor: a newer process has taken over")
	// ErrAborted: what is left is closed at once, because of a second signal or
	// the deadline of the drain.
	ErrAborted = errors.New("supervisor: the drain was cut short")
)

// hook is called once when a connection has its turn in a drain. It must not
// block.
type hook struct{ call func(cause error) }

// Draining returns a channel that is closed when the process that serves the
// request of ctx begins to drain, because it was replaced or is stopping.
// Handlers of streams (SSE, WebSocket, long polls) end then, so that their
// clients connect to the new process. It is closed for all of them at once; see
// DrainContext for one after the other. Without a supervisor it returns nil,
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

// DrainContext returns a child of ctx, the context of a request, for the work
// of a stream. In a drain it ends when the connection has its turn (see
// Options.Spread), with ErrUpgraded or ErrStopping as its context.Cause, or
// ErrAborted if the turn never came. The request's own context lives on, as it
// has to for ordinary requests. cancel releases what it holds; call it when the
// handler ends. Without a supervisor the child ends with ctx only.
func DrainContext(ctx context.Context) (child context.Context, cancel context.CancelFunc) {
	child, end := context.WithCancelCause(ctx)
	stop := onTurn(ctx, end)
	return child, func() {
		stop()
		end(nil)
	}
}

// OnDrain has f called once, in a goroutine of its own, when the connection of
// a request has its turn in a drain (see Options.Spread), or now if it has had
// it. ctx is the context of the request. It is for connections that a handler
// has hijacked: f tells the client to go, for example with the close frame of
// WebSocket (1012, service restart, for ErrUpgraded; 1001, going away, for
// ErrStopping). Its ctx ends with the drain: f has to return by then, for the
// connection is closed under it. The drain waits for f and for the connection.
//
// f is not called once stop was, the connection was closed or the drain was cut
// short before its turn. stop reports whether it came in time. On HTTP/2, where
// requests share a connection, a handler calls stop when it ends. Without a
// supervisor f is never called.
func OnDrain(ctx context.Context, f func(ctx context.Context, cause error)) (stop func() bool) {
	c, _ := ctx.Value(connKey{}).(*conn)
	return onTurn(ctx, func(cause error) {
		if !errors.Is(cause, ErrAborted) {
			c.origin.sup.conns.start(f, cause)
		}
	})
}

// onTurn registers a hook with the connection of ctx. stop takes it back, and
// reports whether it was still there.
func onTurn(ctx context.Context, call func(cause error)) (stop func() bool) {
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return func() bool { return false }
	}
	t, h := c.origin.sup.conns, &hook{call}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.hooks == nil {
		c.hooks = make(map[*hook]struct{})
	}
	c.hooks[h] = struct{}{}
	t.pokeLocked() // in a drain, its turn may have been
	return func() bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		_, waiting := c.hooks[h]
		delete(c.hooks, h)
		return waiting
	}
}

// turn calls the hooks of c.
func (t *conns) turn(c *conn, cause error) {
	t.mu.Lock()
	hooks := c.hooks
	c.hooks = nil
	t.mu.Unlock()
	for h := range hooks {
		h.call(cause)
	}
}

// start runs f of OnDrain.
func (t *conns) start(f func(context.Context, error), cause error) {
	done := t.call()
	t.mu.Lock()
	ctx := t.ctx
	t.mu.Unlock()
	go func() {
		defer done()
		f(ctx, cause)
	}()
}

// call has the drain wait for something until done is called.
func (t *conns) call() (done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.calls--
		t.pokeLocked()
	}
}
