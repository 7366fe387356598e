package cli

import (
	"fmt"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/supervise"
)

// superviseProgram is `ginreload supervise`.
func superviseProgram(in Invocation, cfg config.Config) int {
	guard, err := selfCommand(guardWord)
	if err != nil {
		return in.fail(err)
	}
	become, err := selfCommand(becomeWord)
	if err != nil {
		return in.fail(err)
	}
	code, err := supervise.Run(in.context(), supervise.Options{
		Args: cfg.Supervise.Args, Env: in.Env,
		Stdin: in.Stdin, Stdout: in.Stdout, Stderr: in.Stderr,
		Guard: guard, Become: become,
		StopTimeout: cfg.Supervise.StopTimeout, Restart: cfg.Supervise.Restart, Leash: cfg.Supervise.Leash,
		Say: func(text string) { fmt.Fprintln(in.Stderr, "ginreload:", text) },
	})
	if err != nil {
		return in.fail(err)
	}
	return code
}
