package event

import (
	"sync"
	"time"
)

// Sink receives events.
type Sink func(Event)

// Hub numbers events and passes them to its sinks. It is safe for concurrent
// use; sinks see one event at a time, in the order of their numbers.
type Hub struct {
	mu    sync.Mutex // guards seq and serialises the sinks
	seq   uint64
	now   func() time.Time
	sinks []Sink
}

// NewHub returns a hub that publishes to sinks.
func NewHub(sinks ...Sink) *Hub {
	return &Hub{now: time.Now, sinks: sinks}
}

// Publish stamps e with version, number and, unless it has one, time, and
// hands it to each sink before it returns.
func (h *Hub) Publish(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	e.V, e.Seq = Version, h.seq
	if e.Time.IsZero() {
		e.Time = h.now()
	}
	for _, sink := range h.sinks {
		sink(e)
	}
}
