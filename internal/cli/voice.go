package cli

import (
	"cmp"
	"slices"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

// voice tells what happens in a build while it runs. It belongs to whoever
// builds, and is silent until the first build gives it somebody to tell.
type voice struct {
	publish func(event.Event)
	told    []problem // of the env files, last time
}

// progress tells what a command does.
func (v *voice) progress(p builder.Progress) {
	run := event.Run{Role: cmp.Or(p.Command.Role, "cmd"), Line: p.Command.Line}
	e := event.Event{Command: &run}
	switch p.Stage {
	case builder.Begun:
		e.Kind = event.CommandBegun
	case builder.Printed:
		e.Kind, e.Message = event.Output, p.Text
	case builder.Ended:
		e.Kind = event.CommandEnded
		run.Millis = float64(p.Elapsed.Microseconds()) / 1000
		switch {
		case p.Err != nil:
			e.Message = p.Err.Error()
		case p.State != nil: // else it was called off
			exit := proc.ExitOf(p.State)
			e.Exit = &event.Exit{Code: exit.Code, Signal: exit.Signal}
		}
	}
	v.publish(e)
}

// problems tells what is wrong with the env files, once for each time that it
// has come up.
func (v *voice) problems(now []problem) {
	if v.publish == nil {
		return
	}
	for _, p := range now {
		if !slices.Contains(v.told, p) {
			v.publish(event.Event{Kind: event.Notice, Level: event.Warn, Message: p.String(),
				Hint: "mend it, or take it out of env_files"})
		}
	}
	v.told = now
}
