package service

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

// Command is a member of a fleet that is no Go program.
type Command struct {
	Settings
	Session        *proc.Session // to which its processes belong
	Dir            string
	Env            func() []string // asked at each start, since files may say what is in it
	Stdout, Stderr *os.File
	Settle         func()          // returns when what it has written is shown
	Edits          <-chan struct{} // some file was edited
	Publish        func(event.Event)
}

// Run keeps the command running until it is told to stop. Nothing of it runs any
// more when it returns.
func (c Command) Run(ctx context.Context, cues Cues) error {
	if c.Grace <= 0 {
		c.Grace = 5 * time.Second
	}
	ctx, forget := context.WithCancel(ctx)
	r := &runner{
		Command: c, ctx: ctx, cues: cues, state: State{Settings: c.Settings}, clock: time.NewTimer(time.Hour),
		ended: make(chan proc.Exit), answered: make(chan struct{}),
	}
	defer r.background.Wait()
	defer forget()
	defer r.clock.Stop()
	r.run()
	return nil
}

// runner carries effects out.
type runner struct {
	Command
	ctx        context.Context // of what runs in the background
	cues       Cues
	state      State
	process    *proc.Process // nil for none
	stdin      *os.File      // our end of its standard input
	ended      chan proc.Exit
	answered   chan struct{}
	probing    bool
	clock      *time.Timer
	exit       bool
	background sync.WaitGroup
}

func (r *runner) run() {
	may, stop, kill, over := r.cues.May, r.cues.Stop, r.cues.Kill, r.ctx.Done()
	for !r.exit {
		var died <-chan struct{}
		if r.process != nil {
			died = r.process.Done()
		}
		select {
		case <-may:
			may = nil
			r.apply(Input{May: true})
		case <-r.Edits:
			r.apply(Input{Edited: true})
		case <-died:
			r.died()
		case exit := <-r.ended:
			r.stdin.Close()
			r.apply(Input{Ended: &exit})
		case <-r.answered:
			r.probing = false
			r.apply(Input{Answered: true})
		case <-r.clock.C:
			r.apply(Input{Tick: true})
		case <-stop:
			stop = nil
			r.apply(Input{Stop: true})
		case <-kill:
			kill = nil
			r.apply(Input{Kill: true})
		case <-over:
			over = nil
			r.apply(Input{Kill: true})
		}
	}
}

func (r *runner) apply(in Input) {
	in.At = time.Now()
	var effects []Effect
	r.state, effects = step(r.state, in)
	for _, e := range effects {
		switch {
		case e.Emit != nil:
			r.Publish(*e.Emit)
		case e.Start:
			r.start()
		case e.Probe:
			r.probe()
		case e.Ready:
			r.cues.Ready()
		case e.Ask:
			proc.SignalGroup(r.state.PID, proc.Terminate)
		case e.Kill:
			proc.KillGroup(r.state.PID)
		case e.Exit:
			r.exit = true
		}
	}
	r.clock.Stop()
	if !r.state.Due.IsZero() {
		r.clock.Reset(time.Until(r.state.Due))
	}
}

// start is the last effect of its step.
func (r *runner) start() {
	in, out, err := os.Pipe()
	if err != nil {
		r.apply(Input{Failed: fmt.Sprintf("make its standard input: %v", err)})
		return
	}
	defer in.Close()
	r.process, err = proc.Start(proc.Command{
		Line: r.Line, Dir: r.Dir, Env: r.Session.Env(r.Env()), Stdin: in, Stdout: r.Stdout, Stderr: r.Stderr,
	})
	if err != nil {
		out.Close()
		r.process = nil
		r.apply(Input{Failed: err.Error()})
		return
	}
	r.stdin = out
	r.Session.Remember(proc.LeftGroup, fmt.Sprint(r.process.PID()))
	r.apply(Input{PID: r.process.PID()})
}

// died deals with the end of the shell. The command goes on as long as anything
// of its group does, unless it has crashed.
func (r *runner) died() {
	p := r.process
	r.process = nil
	if r.state.Phase == Running && !p.Exit().OK() {
		proc.KillGroup(p.PID())
	}
	r.background.Go(func() {
		awaitGroup(p.PID())
		r.Settle()
		r.ended <- p.Exit()
	})
}

// awaitGroup returns when no process of a group lives.
func awaitGroup(group int) {
	for {
		pids := proc.Group(group)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			if ended, _, err := proc.Ended(pid); err == nil {
				<-ended
			}
		}
	}
}

// probe asks until there is an answer.
func (r *runner) probe() {
	if r.probing {
		return
	}
	r.probing = true
	r.background.Go(func() {
		if answers(r.ctx, r.Ready) {
			select {
			case r.answered <- struct{}{}:
			case <-r.ctx.Done():
			}
		}
	})
}
