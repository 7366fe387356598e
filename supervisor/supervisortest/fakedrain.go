package supervisortest

import (
	"time"

	"github.com/ginreload/ginreload/supervisor"
)

// Ready reports whether Run serves and nobody has asked for a stop.
func (f *Fake) Ready() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.phase == serving || f.phase == replaced
}

// LastDrain says why the fake drains or did, since when and for how long. It
// does not know routes.
func (f *Fake) LastDrain() (r supervisor.DrainReport, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r = f.drained
	if r.Began.IsZero() {
		return r, false
	}
	if !r.Over {
		r.Took = time.Since(r.Began)
	}
	return r, true
}
