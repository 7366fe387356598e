package app

import (
	"os"
	"path/filepath"
	"regexp"

	"github.com/ginreload/ginreload/internal/proc"
)

var delve = regexp.MustCompile(`(^|[\s/'"(;&|])dlv(\.exe)?['"]?\s`)

// debugs reports whether a debugger runs the program: two of them cannot share
// the port at which they wait for their front end.
func debugs(args []string) bool {
	if len(args) == 0 {
		return false
	}
	name := filepath.Base(args[0])
	return name == "dlv" || name == "dlv.exe" || len(args) > 2 && delve.MatchString(args[2])
}

// signalFor returns the signal that asks a program to stop which is run so. Delve
// gives up its port and its program for SIGINT only; anything else ends it alone.
func (r *runner) signalFor(command []string) os.Signal {
	switch {
	case r.opts.Signal != nil:
		return r.opts.Signal
	case debugs(command):
		return os.Interrupt
	}
	return proc.Terminate
}
