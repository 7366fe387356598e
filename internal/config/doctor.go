package config

import (
	"fmt"

	"github.com/spf13/pflag"
)

// doctorCommand reads what follows the word doctor: any flags.
func (line commandLine) doctorCommand() (commandLine, error) {
	line.command = Doctor
	var help bool
	flags := pflag.NewFlagSet("ginreload doctor", pflag.ContinueOnError)
	line.define(flags)
	flags.BoolVarP(&help, "help", "h", false, "")
	if err := line.parse(flags, line.operands[1:], true); err != nil {
		return line, err
	}
	line.operands = nil
	if help {
		line.command, line.topic = Help, Doctor
		return line, nil
	}
	if flags.NArg() > 0 {
		return line, &UsageError{
			Message: fmt.Sprintf("doctor takes flags only, got %q", flags.Arg(0)),
			Hint:    "to start a program with the argument doctor: ginreload -- doctor",
		}
	}
	return line, nil
}
