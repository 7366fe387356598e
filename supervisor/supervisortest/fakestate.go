package supervisortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ginreload/ginreload/supervisor"
)

// State is what one generation leaves to the next under a name, on either side
// of a Fake.
type State struct {
	Version int
	Data    []byte   // for Receive
	File    *os.File // for ReceiveFile, which hands out this very file
	Err     error    // it breaks off with this after Data
}

// stateOffer is a State that is made when somebody asks.
type stateOffer struct {
	version int
	write   func(ctx context.Context, w io.Writer) error // nil for a file
	file    *os.File
}

// Offer takes down what the program offers; Offered asks for it.
func (f *Fake) Offer(name string, version int, write func(ctx context.Context, w io.Writer) error) error {
	return f.offer(name, stateOffer{version: version, write: write})
}

// OfferFile is Offer for an open file.
func (f *Fake) OfferFile(name string, version int, file *os.File) error {
	return f.offer(name, stateOffer{version: version, file: file})
}

func (f *Fake) offer(name string, of stateOffer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, taken := f.offers[name]; taken {
		return fmt.Errorf("supervisor: offer %s: the name is taken", name)
	}
	if f.offers == nil {
		f.offers = make(map[string]stateOffer)
	}
	f.offers[name] = of
	return nil
}

// Offered asks the program for the state of that name, as the next generation
// does. It returns supervisor.ErrNoState if nothing of that name is offered.
func (f *Fake) Offered(ctx context.Context, name string) (State, error) {
	f.mu.Lock()
	of, ok := f.offers[name]
	f.mu.Unlock()
	switch {
	case !ok:
		return State{}, fmt.Errorf("ask for %s: %w", name, supervisor.ErrNoState)
	case of.write == nil:
		return State{Version: of.version, File: of.file}, nil
	}
	var data bytes.Buffer
	err := of.write(ctx, &data)
	return State{Version: of.version, Data: data.Bytes()}, err
}

// Receive passes the state of that name in Inherited to read. An error of read,
// or the one in the state, makes Run fail, as it would make the upgrade fail.
func (f *Fake) Receive(ctx context.Context, name string, read func(version int, r io.Reader) error) error {
	in, ok := f.Inherited[name]
	if !ok || in.File != nil {
		return fmt.Errorf("receive %s: %w", name, supervisor.ErrNoState)
	}
	r := io.Reader(bytes.NewReader(in.Data))
	if in.Err != nil {
		r = io.MultiReader(r, broken{in.Err})
	}
	err := read(in.Version, r)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	return f.refuse(name, err)
}

// ReceiveFile returns the file of that name in Inherited.
func (f *Fake) ReceiveFile(_ context.Context, name string) (version int, file *os.File, err error) {
	in, ok := f.Inherited[name]
	if !ok || in.File == nil {
		return 0, nil, fmt.Errorf("receive %s: %w", name, supervisor.ErrNoState)
	}
	if err := f.refuse(name, in.Err); err != nil {
		return 0, nil, err
	}
	return in.Version, in.File, nil
}

// refuse makes Run fail if err is not nil.
func (f *Fake) refuse(name string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("supervisor: receive %s: %w", name, err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.unusable = errors.Join(f.unusable, err)
	return err
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
