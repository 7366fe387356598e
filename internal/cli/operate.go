package cli

import (
	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/operator"
)

// operate deals with a program that runs in production.
func operate(in Invocation, cfg config.Config, command config.Command) error {
	op := cfg.Operation
	target := operator.Target{PID: op.PID, PIDFile: op.PIDFile}
	if command == config.Status {
		return operator.Status{Target: target, JSON: op.JSON, Out: in.Stdout}.Run(in.context())
	}
	return operator.Upgrade{
		Target: target, Wait: op.Wait, Timeout: op.Timeout, Out: in.Stdout, Signals: in.Signals,
	}.Run(in.context())
}
