package supervise

import (
	"fmt"
	"math"
	"time"
)

// The pause before a restart grows by half with each crash, up to its limit,
// and is short again after a program that has run for a while.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 30 * time.Second
	settled    = 10 * time.Second
)

func pause(crashes int) time.Duration {
	d := float64(firstPause) * math.Pow(1.5, float64(crashes-1))
	return time.Duration(min(d, float64(lastPause)))
}

// restart starts the program again after a pause.
func (p *parent) restart() {
	if time.Since(p.begun) > settled {
		p.crashes = 0
	}
	p.crashes++
	d := pause(p.crashes)
	p.opts.Say(fmt.Sprintf("the program ended: %v; starting it again in %v; sockets kept: %d", p.last, d.Round(time.Millisecond), len(p.store.Files())))
	p.after(d, func() {
		if p.current != nil {
			return // a process that nobody knew of has taken over meanwhile
		}
		if err := p.start(); err != nil {
			p.opts.Say(err.Error())
			p.restart()
		}
	})
}
