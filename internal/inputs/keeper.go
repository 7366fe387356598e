package inputs

import (
	"context"
	"sync"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/graph"
)

// Graph is the part of *graph.Graph that a Keeper uses.
type Graph interface {
	Input(path string) (graph.Input, bool)
	Altered(paths []string) bool
	WhyNot(path string) string
}

// Keeper keeps a graph. It belongs to one goroutine: whoever hears of changes
// and of what becomes of them.
type Keeper struct {
	load  Load
	graph Graph     // nil as long as there is none
	doubt bool      // graph may be wrong
	due   bool      // a graph is to be loaded when the reload under way is over
	built time.Time // when the last build was started

	loading    chan loaded // what is being loaded comes here, nil: nothing is
	changed    []string    // since that began
	lost       bool        // and more, of which nobody knows
	cancel     context.CancelFunc
	last       chan struct{} // closed when the load that was begun last has ended
	background sync.WaitGroup
}

// Load loads a graph. It is called by one goroutine at a time, hears when the last
// build was started, and tells itself if it fails. If then is not nil, it is called
// once the Keeper knows of the graph.
type Load func(ctx context.Context, built time.Time) (g Graph, then func(), err error)

type loaded struct {
	graph Graph
	err   error
}

// New returns a Keeper without a graph. Without load, nothing is ever known.
func New(load Load) *Keeper {
	return &Keeper{load: load, cancel: func() {}}
}

// Close calls off what is being loaded, and waits for that.
func (k *Keeper) Close() {
	k.cancel()
	k.background.Wait()
}

// Changed is told of all files that have changed, before anything is asked about
// them; all says that there may be more, or that how the program is built may
// have changed.
func (k *Keeper) Changed(paths []string, all bool) {
	k.take()
	if k.loading != nil {
		k.changed = append(k.changed, paths...)
		k.lost = k.lost || all
	}
	if k.graph != nil && !k.doubt {
		k.doubt = all || k.graph.Altered(paths)
	}
}

// Input reports whether the program is made of a file, as far as is known.
func (k *Keeper) Input(path string) (graph.Input, bool) {
	if k.graph == nil {
		return graph.Input{}, false
	}
	return k.graph.Input(path)
}

// Certain reports whether a file that is no Input is none.
func (k *Keeper) Certain() bool { return k.graph != nil && !k.doubt }

// WhyNot says why a file is no Input; it is asked only when that is Certain.
func (k *Keeper) WhyNot(path string) string { return k.graph.WhyNot(path) }

// Heard is told of all events.
func (k *Keeper) Heard(e event.Event) {
	switch e.Kind {
	case event.BuildStarted:
		k.callOff()
		k.due, k.built = false, e.Time
	case event.BuildFinished:
		k.due = e.Build != nil && (e.Build.Outcome == event.Built || e.Build.Outcome == event.Same)
		if k.due && e.Build.Outcome == event.Same {
			k.begin()
		}
	case event.Reloaded, event.ReloadFailed, event.AppExited:
		if k.due {
			k.begin()
		}
	case event.Stopping:
		k.callOff()
		k.due = false
	}
}

// begin loads a graph unless that would say the same as the one that there is.
func (k *Keeper) begin() {
	k.due = false
	k.take()
	if k.load == nil || k.Certain() {
		return
	}
	k.callOff()
	ctx, cancel := context.WithCancel(context.Background())
	built := k.built
	loading, before, last := make(chan loaded, 1), k.last, make(chan struct{})
	k.loading, k.changed, k.lost, k.cancel, k.last = loading, nil, false, cancel, last
	k.background.Go(func() {
		defer close(last)
		defer cancel()
		if before != nil {
			<-before
		}
		g, then, err := k.load(ctx, built)
		loading <- loaded{g, err}
		if then != nil {
			then()
		}
	})
}

func (k *Keeper) callOff() {
	k.take()
	k.cancel()
	k.loading, k.changed = nil, nil
}

// take takes what has been loaded. A change during that was perhaps too late for
// it, or perhaps not: the graph knows.
func (k *Keeper) take() {
	select {
	case l := <-k.loading: // never, if that is nil
		if l.err == nil {
			k.graph = l.graph
			k.doubt = k.lost || k.graph.Altered(k.changed)
		}
		k.loading, k.changed = nil, nil
	default:
	}
}
