package app

import (
	"net/netip"
	"os"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/sockets"
)

// generation is one process of the program.
type generation struct {
	number     int
	pid        int
	group      int // process group of its line of generations, and the process that began it
	binary     string
	env        []string // with which that one was started
	signal     os.Signal
	supervised bool // it has announced a supervisor
	begun      time.Time
	replaced   bool // a newer one serves; it drains

	ending bool  // it was asked to end
	wraps  bool  // the process that began it is no generation itself, as a shell or a debugger
	tree   []int // what it had started by then

	kept    *sockets.Generation // nil if its sockets are not kept
	listens bool                // on sockets that are kept
	addrs   []netip.AddrPort    // of them, TCP only
	since   time.Time           // it drains
}

// exited is the end of a generation.
type exited struct {
	gen  *generation
	exit proc.Exit
}

// watch reports the end of a process that the program has started by itself.
func (r *runner) watch(g *generation) {
	ended, _, err := proc.Ended(g.pid)
	if err != nil {
		// It was quicker than us.
		r.background.Go(func() { r.report(exited{g, proc.Exit{}}) })
		return
	}
	r.background.Go(func() {
		select {
		case exit := <-ended:
			r.report(exited{g, exit})
		case <-r.app.done:
		}
	})
}

// follow reports the end of a process that we have started.
func (r *runner) follow(g *generation, p *proc.Process) {
	r.background.Go(func() {
		<-p.Done()
		r.report(exited{g, p.Exit()})
	})
}

func (r *runner) report(e exited) {
	select {
	case r.exits <- e:
	case <-r.over:
	}
}

// pids lists the processes of the generation.
func (g *generation) pids() []int { return proc.Tree(g.group) }
