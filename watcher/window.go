package watcher

import "time"

// window decides when a set is complete. It is arithmetic on times that it is
// given, so that it can be tested without a clock.
//
// A debounce that only ever restarts its timer can be postponed for ever by a
// program that writes its log into the tree; hence the ceiling.
type window struct {
	quiet, ceiling time.Duration

	first, last time.Time // first is zero while the window is closed
	held        bool
	busy        time.Time // no set is complete before that
}

// longestWork is how long a set may be kept back at most because somebody is still
// at work.
const longestWork = 10 * time.Second

// touch counts an event. It need not be called in the order of time.
func (w *window) touch(at time.Time) {
	if w.first.IsZero() || at.Before(w.first) {
		w.first = at
	}
	if at.After(w.last) {
		w.last = at
	}
	w.held = false
}

// open reports whether an event was counted since the last reset.
func (w *window) open() bool { return !w.first.IsZero() }

// hold keeps the window open until the ceiling, or until another event and the
// quiet after it. It is for a state of the disk that cannot be meant to last.
func (w *window) hold() { w.held = true }

// wait keeps the window open for another quiet time, whatever the ceiling. It
// reports false when that has been done for long enough.
func (w *window) wait(now time.Time) bool {
	if now.Sub(w.first) >= longestWork {
		return false
	}
	w.busy = now.Add(w.quiet)
	return true
}

// end is when the set is complete, as far as is known now.
func (w *window) end() time.Time {
	if end := w.usual(); w.busy.Before(end) {
		return end
	}
	return w.busy
}

func (w *window) usual() time.Time {
	end := w.last.Add(w.quiet)
	if last := w.final(); w.held || last.Before(end) {
		return last
	}
	return end
}

// final is when the set is complete whatever happens.
func (w *window) final() time.Time { return w.first.Add(w.ceiling) }

func (w *window) reset() {
	w.first, w.last, w.held, w.busy = time.Time{}, time.Time{}, false, time.Time{}
}
