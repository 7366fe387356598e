package watcher

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Op says what happened to a path. A Change carries exactly one Op; the type is
// a set of bits so that a reader can ask for several at once:
// c.Op&(Remove|Rename) != 0.
type Op uint8

const (
	Create Op = 1 << iota // it was not there before
	Write                 // it was there before and is there now, and differs
	Remove                // it is gone
	Rename                // it is gone because it, or a folder above it, was moved away
)

// String returns the names of the bits in lower case, joined by "|".
func (op Op) String() string {
	var names []string
	for i, name := range []string{"create", "write", "remove", "rename"} {
		if op&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// Change is the net effect on one path.
type Change struct {
	Path string // absolute, under the root as it was given
	Op   Op
}

// ChangeSet is what happened between two moments of rest. It is a value: the
// watcher keeps no reference to Changes.
type ChangeSet struct {
	Changes     []Change  // sorted by path, one per path
	First, Last time.Time // when the first and the last event that went in were received
	// Overflow says that events were lost, or may have been. The tree was
	// compared in full and what was found is in Changes, so that nothing is
	// missing; a set with Overflow is delivered even if nothing was found.
	Overflow bool
}

// Empty reports whether there is nothing to tell.
func (s ChangeSet) Empty() bool { return len(s.Changes) == 0 && !s.Overflow }

// Merge returns the net effect of s followed by later, both as seen by a reader
// who has read neither: a path created in s and gone in later is in the result
// no more. Neither operand is modified.
func (s ChangeSet) Merge(later ChangeSet) ChangeSet {
	ops := make(map[string]Op, len(s.Changes)+len(later.Changes))
	for _, c := range s.Changes {
		ops[c.Path] = c.Op
	}
	for _, c := range later.Changes {
		before, ok := ops[c.Path]
		switch {
		case !ok:
			ops[c.Path] = c.Op
		case before == Create && c.Op&(Remove|Rename) != 0:
			delete(ops, c.Path)
		case before == Create && c.Op == Write:
			// still new to the reader
		case before&(Remove|Rename) != 0 && c.Op == Create:
			ops[c.Path] = Write
		default:
			ops[c.Path] = c.Op
		}
	}
	merged := ChangeSet{
		First:    s.First,
		Last:     later.Last,
		Overflow: s.Overflow || later.Overflow,
	}
	if merged.First.IsZero() {
		merged.First = later.First
	}
	if merged.Last.IsZero() {
		merged.Last = s.Last
	}
	for _, path := range slices.Sorted(maps.Keys(ops)) {
		merged.Changes = append(merged.Changes, Change{path, ops[path]})
	}
	return merged
}
