//go:build !linux || !(amd64 || arm64)

package sockets

import (
	"fmt"
	"runtime"
	"time"
)

// Keeper does not exist on this system.
type Keeper struct{}

// Generation does not exist on this system.
type Generation struct{}

// Open fails as Possible does.
func Open(Options) (*Keeper, error) { return nil, Possible() }

// Possible returns an error that wraps ErrRefused.
func Possible() error {
	return fmt.Errorf("%w: that needs Linux on amd64 or arm64, this is %s on %s", ErrRefused, runtime.GOOS, runtime.GOARCH)
}

// As on Linux; there is no Keeper to call them.

func (*Keeper) Events() <-chan Event                                   { return nil }
func (*Keeper) Start(func() (pid int, err error)) (*Generation, error) { return nil, ErrRefused }
func (*Keeper) Serve(*Generation)                                      {}
func (*Keeper) Hold(*Generation)                                       {}
func (*Keeper) Drain(*Generation, time.Duration, time.Duration)        {}
func (*Keeper) Hurry(*Generation)                                      {}
func (*Keeper) Resume(*Generation)                                     {}
func (*Keeper) Ending(*Generation)                                     {}
func (*Keeper) Gone(*Generation)                                       {}
func (*Keeper) Down()                                                  {}
func (*Keeper) Release()                                               {}
func (*Keeper) Close()                                                 {}
