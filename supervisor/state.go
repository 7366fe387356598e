package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// What a generation knows can go to the next one: caches, counters, sessions.
// The new process asks for it when it can use it, and the upgrade fails if it
// cannot; so a version that does not understand what it gets never takes over.

// offer is state that the next generation may ask for.
type offer struct {
	version int
	write   func(context.Context, io.Writer) error // nil for a file
	file    *os.File
}

// offers are the offers of this process.
type offers struct {
	mu     sync.Mutex // guards byName
	byName map[string]offer
}

func (o *offers) put(name string, of offer) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, taken := o.byName[name]; taken {
		return fmt.Errorf("supervisor: offer %s: the name is taken", name)
	}
	if o.byName == nil {
		o.byName = make(map[string]offer)
	}
	o.byName[name] = of
	return nil
}

func (o *offers) get(name string) (offer, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	of, ok := o.byName[name]
	return of, ok
}

// Offer lets the next generation ask for state under this name. write is called
// in this process for each upgrade whose new process asks (Receive), in a
// goroutine of its own and while this process still serves; its context ends
// with the attempt. version is for the program: what is read may have been
// written by an older or a newer one. An upgrade that fails may be followed by
// another, which asks again.
func (s *Supervisor) Offer(name string, version int, write func(ctx context.Context, w io.Writer) error) error {
	return s.offers.put(name, offer{version: version, write: write})
}

// OfferFile lets the next generation ask for an open file (ReceiveFile). It
// stays open here, and both share its offset (dup(2)).
func (s *Supervisor) OfferFile(name string, version int, f *os.File) error {
	return s.offers.put(name, offer{version: version, file: f})
}

// Receive asks the process before this one for the state of that name and
// passes it to read, which gets all of it or an error at the place where it
// broke off. An error of read, or state that does not arrive whole, makes the
// upgrade fail, even if the caller goes on; the old process serves on then.
// ErrNoState is no such failure: nothing of that name was offered, or this is
// the first generation. To be called before Run, or from Options.Ready, which
// comes latest and so gets the newest state.
func (s *Supervisor) Receive(ctx context.Context, name string, read func(version int, r io.Reader) error) error {
	version, f, err := s.receiveState(ctx, name)
	if err != nil {
		return err
	}
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { f.SetReadDeadline(past) })
	defer stop()
	r := &counter{r: f}
	if err := read(version, r); err != nil {
		return s.refused(fmt.Errorf("supervisor: receive %s, version %d: %w", name, version, err))
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return s.refused(fmt.Errorf("supervisor: receive %s: %w", name, err))
	}
	end, err := s.predecessor.wholeOf(ctx, name)
	switch {
	case err != nil:
	case end.Err != "":
		err = errors.New(end.Err)
	case end.Size != r.n:
		err = fmt.Errorf("%d bytes arrived of %d", r.n, end.Size)
	}
	if err != nil {
		return s.refused(fmt.Errorf("supervisor: receive %s: it is not whole: %w", name, err))
	}
	return s.predecessor.ctl.send(message{Got: name})
}

// ReceiveFile asks the process before this one for an open file. It fails as
// Receive does.
func (s *Supervisor) ReceiveFile(ctx context.Context, name string) (version int, f *os.File, err error) {
	version, f, err = s.receiveState(ctx, name)
	if err != nil {
		return 0, nil, err
	}
	return version, f, s.predecessor.ctl.send(message{Got: name})
}

func (s *Supervisor) receiveState(ctx context.Context, name string) (int, *os.File, error) {
	if s.predecessor == nil {
		return 0, nil, ErrNoState
	}
	in, err := s.predecessor.ask(ctx, name)
	switch {
	case errors.Is(err, ErrNoState):
		return 0, nil, err
	case err != nil:
		return 0, nil, s.refused(fmt.Errorf("supervisor: receive %s: %w", name, err))
	}
	return in.version, in.file, nil
}

// refused notes that this process must not take over.
func (s *Supervisor) refused(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unusable = errors.Join(s.unusable, err)
	return err
}

// give hands the state of that name to the new process behind ctl.
func (s *Supervisor) give(ctx context.Context, ctl *control, name string) {
	of, ok := s.offers.get(name)
	if !ok {
		ctl.send(message{State: &state{Name: name, Err: noState}})
		return
	}
	if of.file != nil {
		if err := ctl.sendFile(message{State: &state{Name: name, Version: of.version}}, of.file); err != nil {
			ctl.send(message{State: &state{Name: name, Err: err.Error()}})
		}
		return
	}
	r, w, err := os.Pipe()
	if err == nil {
		err = ctl.sendFile(message{State: &state{Name: name, Version: of.version}}, r)
		r.Close()
	}
	if err != nil {
		if w != nil {
			w.Close()
		}
		ctl.send(message{State: &state{Name: name, Err: err.Error()}})
		return
	}
	// A new process that does not read must not hold us up for longer than it
	// may take.
	stop := context.AfterFunc(ctx, func() { w.SetWriteDeadline(past) })
	defer stop()
	out := &counter{w: w}
	end := whole{Name: name}
	if err := of.write(ctx, out); err != nil {
		end.Err = err.Error()
	}
	end.Size = out.n
	w.Close()
	ctl.send(message{Whole: &end})
}

// counter counts what goes through it.
type counter struct {
	r io.Reader
	w io.Writer
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
