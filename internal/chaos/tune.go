//go:build linux

package main

import "github.com/ginreload/ginreload/supervisor"

// tune sets the options that a behaviour asks for.
func (p *program) tune(opts *supervisor.Options) {}
