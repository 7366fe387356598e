package sockets

import (
	"errors"
	"net/netip"
	"time"

	"github.com/ginreload/ginreload/internal/outage"
)

// ErrRefused is wrapped by errors that say that this system does not let
// sockets be kept.
var ErrRefused = errors.New("listening sockets cannot be kept here")

// Options of a Keeper.
type Options struct {
	// Remember is told the path of each unix socket that Close will remove, in
	// case that it never comes to that; nil for nobody.
	Remember func(path string)

	Hold   time.Duration      // how long clients wait in the queues after Down, before they are answered
	Outage func() outage.Page // what they are answered
}

// Kind of an Event.
type Kind int

// Kinds of events.
const (
	Listening Kind = iota // a generation listens on all that it is expected to: Addresses
	Drained               // nothing of a generation is under way any more, or its time is over: Cut
	Unable                // the system refuses what is needed after all: Err. Nothing is kept any more
)

// Event is what a Keeper has to tell.
type Event struct {
	Kind       Kind
	Generation *Generation
	Addresses  []netip.AddrPort // TCP only
	Cut        int              // requests that are still under way
	Err        error
}
