package supervise

import (
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/ginreload/ginreload/internal/proc"
)

// sentinel is in the environment of a process that tableflip has started.
const sentinel = "TABLEFLIP_HAS_PARENT_7DIU3"

// generation is a process that is or was the main one.
type generation struct {
	*proc.Handle
	name  string // of its program, as soon as it has spoken
	spoke bool   // it has said that it is ready, or somebody has said it of it
	stops bool   // it has said that it stops
	heir  bool   // it was being started when the main process died
}

// departure is the end of a generation, as seen without reaping it.
type departure struct {
	*generation
	exit proc.Exit
}

// meet makes a generation of a process below us, and has its end reported.
func (p *parent) meet(pid int) (*generation, error) {
	handle, err := proc.Hold(pid)
	if err != nil {
		return nil, err
	}
	g := &generation{Handle: handle}
	p.watchers.Go(func() {
		if g.Wait() != nil {
			return
		}
		select {
		case p.ended <- departure{g, g.Status()}:
		case <-p.done:
		}
	})
	return g, nil
}

// reap collects every child that has ended.
func (p *parent) reap() {
	for {
		pid, exit := proc.ReapAny()
		if pid == 0 {
			return
		}
		if g := p.knows(pid); g != nil {
			p.left(g, exit)
		}
	}
}

// left notes the end of a generation, for the first time or again.
func (p *parent) left(g *generation, exit proc.Exit) {
	if !exit.Known && g.stops {
		// The generation before it, still draining, has reaped it.
		exit = proc.Exit{Known: true}
	}
	switch {
	case g == p.current:
		p.current = nil
		if g.spoke || !g.heir {
			p.last = exit // else it gave up, as an upgrade that was called off
		}
		p.succeed(g)
	case slices.Contains(p.old, g):
		p.old = slices.DeleteFunc(p.old, func(o *generation) bool { return o == g })
		if p.current == nil && !p.last.Known && !g.spoke {
			p.last = exit // that of a wrapper, which has seen the status that we have not
		}
	default:
		return
	}
	g.Close()
}

// succeed finds the process that the main process was starting when it died:
// that one has its sockets, and takes over by itself (or gives up, which is the
// end then). A child becomes ours before we are told of its parent's end. It has
// the sentinel; where the program runs as another user than we do and we may not
// look (ptrace(2)), it has the program's name, while an upgrade is under way.
func (p *parent) succeed(dead *generation) {
	for _, pid := range proc.Children(os.Getpid()) {
		named := p.reloading && dead.name != "" && proc.Name(pid) == dead.name
		if p.knows(pid) != nil || (!named && !proc.HasEnv(pid, sentinel, "")) {
			continue
		}
		if g, err := p.meet(pid); err == nil {
			g.heir, p.current = true, g
			p.greet(g)
			return
		}
	}
}

func (p *parent) knows(pid int) *generation {
	if p.current != nil && p.current.PID == pid {
		return p.current
	}
	for _, g := range p.old {
		if g.PID == pid {
			return g
		}
	}
	return nil
}

// everyone lists the generations, the main one first.
func (p *parent) everyone() []*generation {
	if p.current == nil {
		return p.old
	}
	return append([]*generation{p.current}, p.old...)
}

func exitCode(e proc.Exit) int {
	switch {
	case !e.Known:
		return 1
	case e.Signal != "":
		return 128 + int(unix.SignalNum(e.Signal))
	}
	return e.Code
}

// killAll ends everything below us; what is left of it comes to us.
func (p *parent) killAll() {
	p.killing = true
	for _, g := range p.everyone() {
		g.Signal(syscall.SIGKILL)
	}
	for _, pid := range proc.Tree(os.Getpid())[1:] {
		if p.leash == nil || pid != p.leash.PID() {
			proc.Kill(pid)
		}
	}
}
