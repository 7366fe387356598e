package config

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// Operation is what the commands upgrade and status were told.
type Operation struct {
	PID     int    // 0 = not said
	PIDFile string // absolute, "" = not said
	Wait    bool
	Timeout time.Duration // 0 = none
	JSON    bool
}

// operation parses the words after upgrade and status.
func (line commandLine) operation(command Command) (commandLine, error) {
	line.command = command
	op, help := &line.op, false
	flags := pflag.NewFlagSet("ginreload "+string(command), pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&op.PIDFile, "pid-file", "", "")
	flags.BoolVarP(&help, "help", "h", false, "")
	if command == Upgrade {
		flags.BoolVar(&op.Wait, "wait", false, "")
		flags.DurationVar(&op.Timeout, "timeout", 0, "")
	} else {
		flags.BoolVar(&op.JSON, "json", line.json, "")
	}
	args := line.operands[1:]
	if err := flags.Parse(asInAir(flags, args, true)); err != nil {
		e := usageError(flags, args, err)
		var usage *UsageError
		if errors.As(e, &usage) && usage.Hint == generalHint {
			usage.Hint = "ginreload " + string(command) + " --help lists the flags"
		}
		return line, e
	}
	switch operands := flags.Args(); {
	case help:
		line.command, line.topic = Help, command
		return line, nil
	case flags.Changed("pid-file") && op.PIDFile == "":
		return line, &UsageError{Message: "--pid-file: the name is empty"}
	case op.Timeout < 0:
		return line, &UsageError{Message: fmt.Sprintf("--timeout: %v is no time to wait", op.Timeout)}
	case len(operands) > 1:
		return line, &UsageError{
			Message: fmt.Sprintf("%s takes one PID, got %q as well", command, operands[1]),
			Hint:    fmt.Sprintf("to start a program with the argument %s: ginreload -- %s", command, command),
		}
	case len(operands) == 1 && op.PIDFile != "":
		return line, &UsageError{Message: "--pid-file and a PID say the same thing twice; give one of them"}
	case len(operands) == 1:
		pid, err := strconv.Atoi(operands[0])
		if err != nil || pid <= 0 {
			return line, &UsageError{
				Message: fmt.Sprintf("%s: %q is no PID", command, operands[0]),
				Hint:    fmt.Sprintf("a file with the PID goes after --pid-file; to start a program with the argument %s: ginreload -- %s", command, command),
			}
		}
		op.PID = pid
	}
	return line, nil
}
