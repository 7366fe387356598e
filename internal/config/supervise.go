package config

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"
)

// SuperviseCommand is what `ginreload supervise` was told.
type SuperviseCommand struct {
	Args        []string // the program and its arguments
	Restart     bool
	Leash       bool
	StopTimeout time.Duration // 0 = none
}

// superviseCommand reads what follows the word supervise.
func (line commandLine) superviseCommand() (commandLine, error) {
	line.command = Supervise
	var help bool
	s := &line.supervise
	flags := pflag.NewFlagSet("ginreload supervise", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&s.Restart, "restart", false, "")
	flags.BoolVar(&s.Leash, "leash", false, "")
	flags.DurationVar(&s.StopTimeout, "stop-timeout", 0, "")
	flags.BoolVarP(&help, "help", "h", false, "")
	args := line.operands[1:]
	if err := flags.Parse(asInAir(flags, args, false)); err != nil {
		return line, usageError(flags, args, err)
	}
	s.Args = flags.Args()
	switch {
	case help:
		line.command, line.topic = Help, Supervise
	case s.StopTimeout < 0:
		return line, &UsageError{Message: fmt.Sprintf("--stop-timeout: expected a time such as 30s, got %v", s.StopTimeout)}
	case len(s.Args) == 0:
		return line, &UsageError{Message: "supervise: no program is named", Hint: "ginreload supervise -- ./app --its-flags"}
	}
	return line, nil
}
