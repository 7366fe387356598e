package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// Member is one service of a fleet.
type Member struct {
	Name    string
	After   []int         // members that have to be ready before it may start
	Limit   time.Duration // for which others wait for it; then they start all the same
	Ready   string        // what has not happened as long as it is not ready, for people
	Publish func(event.Event)

	// Run is called at once, with all others. It returns when nothing of the
	// member runs any more; the end of ctx kills it.
	Run func(ctx context.Context, cues Cues) error
}

// Cues are what a member is told. The channels are closed.
type Cues struct {
	May   <-chan struct{} // what it runs may be started
	Stop  <-chan struct{} // gently
	Kill  <-chan struct{} // at once
	Ready func()          // to be called when others may count on it, once or more often
}

// Fleet runs members. Stop and Kill may be called from any goroutine.
type Fleet struct {
	members    []Member
	stop, kill chan struct{}
	stopOnce   sync.Once
	killOnce   sync.Once
}

// NewFleet returns a fleet that does not run yet.
func NewFleet(members []Member) *Fleet {
	return &Fleet{members: members, stop: make(chan struct{}), kill: make(chan struct{})}
}

// Stop ends all members, each when those that waited for it have ended.
func (f *Fleet) Stop() { f.stopOnce.Do(func() { close(f.stop) }) }

// Kill ends all members at once.
func (f *Fleet) Kill() { f.killOnce.Do(func() { close(f.kill) }) }

// ended is the end of a member.
type ended struct {
	member int
	err    error
}

// Run returns when all members have ended, with their errors. That is not before
// Stop or Kill, or the end of ctx: those that have failed are not the only ones.
func (f *Fleet) Run(ctx context.Context) error {
	c := &course{
		fleet: f, order: make(order, len(f.members)), began: time.Now(), clock: time.NewTimer(time.Hour),
		readied: make(chan int), ends: make(chan ended), over: make(chan struct{}),
	}
	defer c.clock.Stop()
	defer c.members.Wait()
	defer close(c.over)
	for i := range f.members {
		c.begin(ctx, i)
	}
	stop, kill, gone := f.stop, f.kill, ctx.Done()
	for !c.stopping || !c.order.over() {
		c.advance()
		select {
		case i := <-c.readied:
			c.order[i].counted = true
		case e := <-c.ends:
			c.ended(e)
		case <-c.clock.C:
		case <-stop:
			stop, c.stopping = nil, true
		case <-kill:
			kill, c.stopping = nil, true
		case <-gone:
			gone, c.stopping = nil, true
		}
	}
	return errors.Join(c.errs...)
}

// course is one run of a fleet. It belongs to the goroutine of Run.
type course struct {
	fleet     *Fleet
	order     order
	may, stop []chan struct{} // of each member
	began     time.Time
	clock     *time.Timer
	stopping  bool
	errs      []error
	members   sync.WaitGroup

	readied chan int
	ends    chan ended
	over    chan struct{} // closed when nobody reads readied any more
}

func (c *course) begin(ctx context.Context, i int) {
	m := c.fleet.members[i]
	may, stop := make(chan struct{}), make(chan struct{})
	c.may, c.stop = append(c.may, may), append(c.stop, stop)
	c.order[i] = place{name: m.Name, after: m.After, limit: m.Limit, ready: m.Ready}
	cues := Cues{May: may, Stop: stop, Kill: c.fleet.kill, Ready: func() {
		select {
		case c.readied <- i:
		case <-c.over:
		}
	}}
	c.members.Go(func() { c.ends <- ended{i, m.Run(ctx, cues)} })
}

// advance gives the cues that are due.
func (c *course) advance() {
	c.clock.Stop()
	if c.stopping {
		for _, i := range c.order.dismiss() {
			close(c.stop[i])
		}
		return
	}
	now := time.Now()
	for _, n := range c.order.wait(c.began, now) {
		c.fleet.members[n.member].Publish(n.Event)
	}
	for _, i := range c.order.admit(now) {
		close(c.may[i])
	}
	if due := c.order.due(c.began); !due.IsZero() {
		c.clock.Reset(time.Until(due))
	}
}

func (c *course) ended(e ended) {
	c.order[e.member].ended, c.order[e.member].counted = true, true
	if e.err != nil {
		c.errs = append(c.errs, fmt.Errorf("%s: %w", c.fleet.members[e.member].Name, e.err))
	}
}
