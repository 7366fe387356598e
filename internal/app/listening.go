package app

import (
	"context"
	"net/netip"
	"runtime"
	"time"

	"github.com/ginreload/ginreload/internal/proc"
)

// settled is how long a program without a supervisor is watched for a
// listening socket; one that has none by then is taken for a worker.
const settled = 2 * time.Second

// listened is the answer of awaitListening.
type listened struct {
	op    *operation
	addrs []netip.AddrPort
}

// awaitListening reports when the program of op listens. A program that knows
// nothing of us makes no event of it, so the kernel's tables are looked at,
// often at first.
func (r *runner) awaitListening(op *operation) {
	ctx, cancel := context.WithCancel(r.ctx)
	op.listen = cancel
	pid, pause := op.next.pid, time.Millisecond
	if op.next.kept != nil {
		pause = settled * 9 / 10 // the keeper will tell, unless the port is the kernel's choice
	}
	r.background.Go(func() {
		addrs := pollListening(ctx, pid, pause)
		select {
		case r.listened <- listened{op, addrs}:
		case <-ctx.Done():
		case <-r.over:
		}
	})
}

func pollListening(ctx context.Context, pid int, pause time.Duration) []netip.AddrPort {
	if runtime.GOOS != "linux" {
		return nil // not known there: started is as good as ready
	}
	end := time.NewTimer(settled)
	defer end.Stop()
	look := time.NewTimer(pause)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			if addrs := proc.Listening(proc.Tree(pid)); len(addrs) > 0 {
				return addrs
			}
			pause = min(pause*5/4, 20*time.Millisecond)
			look.Reset(pause)
		case <-end.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

func (r *runner) isListening(l listened) {
	switch {
	case r.op != l.op || l.op.next == nil || l.op.next.listens || r.stopping:
	case r.opts.Probe != "" && l.op.next.kept != nil:
		l.op.next.addrs = l.addrs
		r.probe()
	default:
		r.ready(l.op.next, l.addrs)
	}
}
