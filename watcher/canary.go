package watcher

import (
	"os"
	"path/filepath"
	"time"
)

// A canary is a file that is written to see whether an event comes. One that comes
// proves nothing about what others change, so file systems that others change are
// told by their type; but one that does not come proves that events cannot be
// relied on. It is written into a folder of its own in Options.Scratch, where the
// owner of the watcher writes anyway, and never into what is watched.

// sings is how long the event may take, of which the usual part is a thousandth.
const sings = time.Second

// try has all be looked at on the file system of a folder if that has no events,
// even of what is written here.
func (s *sources) try(kernel source, scratch string) {
	id, err := identify(scratch)
	if err != nil {
		return
	}
	on := FileSystemOf(scratch)
	if !on.Polls && s.silent(kernel, scratch) {
		on.Polls, on.Why = true, "the kernel has no events here, not even for what ginreload writes"
		s.known[id.device()] = on
		s.say(on)
	}
}

// isSilent writes the canary. Where it cannot be written, or cannot be watched,
// there is nothing to learn. Nothing else may be watched by kernel yet; the watch
// goes with the folder, and events that are left are of nothing that matters. A
// source of its own would have to be closed, for which Linux takes 50 ms.
func isSilent(kernel source, scratch string) bool {
	cage, err := os.MkdirTemp(scratch, "canary-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(cage)
	if err := kernel.add(cage); err != nil {
		return false
	}
	if err := os.WriteFile(filepath.Join(cage, "canary"), nil, 0o600); err != nil {
		return false
	}
	waited := time.NewTimer(sings)
	defer waited.Stop()
	select {
	case <-kernel.events:
		return false
	case <-kernel.errors:
		return false
	case <-waited.C:
		return true
	}
}
