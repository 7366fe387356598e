//go:build linux

package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
)

// fault is a case of the catalogue.
type fault struct {
	number int
	name   string
	inject string // what is done to the program
	pass   string // what has to come of it
	// run does it, and returns the figure. A case that is not met ends in
	// trial.failf.
	run   func(t *trial) (figure string)
	alone bool   // it measures or needs both cores: nothing else runs meanwhile
	na    string // why the case does not apply; run is nil
}

func (f fault) String() string { return fmt.Sprintf("%d %s", f.number, f.name) }

// faults lists the cases in the order of their numbers.
func faults() []fault {
	all := slices.Concat(
		loadFaults(), goawayFaults(), streamFaults(), failingFaults(), dyingFaults(), killingFaults(),
		signalFaults(), binaryFaults(), processFaults(), listenerFaults(), otherFaults(), managerFaults(),
		superviseFaults(), operatorFaults(), stateFaults(), protocolFaults(),
	)
	slices.SortStableFunc(all, func(a, b fault) int { return a.number - b.number })
	return all
}

func chosen(only *regexp.Regexp) []fault {
	return slices.DeleteFunc(faults(), func(f fault) bool { return !only.MatchString(f.String()) })
}

func list(w io.Writer, all []fault) error {
	for _, f := range all {
		if _, err := fmt.Fprintf(w, "%v\n    inject: %s\n", f, f.inject); err != nil {
			return err
		}
		if f.run == nil {
			fmt.Fprintf(w, "    does not apply: %s\n", f.na)
			continue
		}
		fmt.Fprintf(w, "    pass:   %s\n", f.pass)
	}
	return nil
}
