package cli

import (
	"context"
	"time"

	"github.com/ginreload/ginreload/internal/command"
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/loop"
)

// settings are what the loop has to know of the configuration.
func settings(cfg config.Config, m made) loop.Settings {
	s := loop.Settings{Writes: m.Shell != "" || len(m.Before) > 0, Tests: cfg.Test, Post: cfg.PostCmd, Rerun: cfg.Rerun, RerunDelay: cfg.RerunDelay}
	for _, rule := range cfg.Rules {
		s.Rules = append(s.Rules, loop.Rule{Name: rule.Name, Line: rule.Cmd, Delay: rule.Delay})
	}
	return s
}

// environment is that of what is started now.
func (s *stages) environment() []string {
	env, _ := s.made.environment.Program() // told with the build
	return env
}

// task runs a command of the configuration and tells what it prints.
func (s *stages) task(ctx context.Context, task loop.Task) loop.Ran {
	ran := loop.Ran{Task: task}
	speaker := &event.Run{Role: task.Role, Name: task.Name}
	begun := time.Now()
	exit, err := command.Run(ctx, command.Command{
		Session: s.session, Line: task.Line, Dir: s.cfg.Dir, Env: s.environment(),
	}, func(line string) {
		s.hub.Publish(event.Event{Kind: event.Output, Message: line, Command: speaker})
	})
	ran.Millis = float64(time.Since(begun).Microseconds()) / 1000
	if err != nil {
		ran.Message = err.Error()
	} else if exit.Known {
		ran.Exit = &event.Exit{Code: exit.Code, Signal: exit.Signal}
	}
	return ran
}
