package config

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"
)

type commandLine struct {
	command       Command
	chdir, config string
	json, verbose bool
	operands      []string // what follows the flags
	program       bool     // -- came before the operands: they are all for the program
	topic         Command  // that help was asked for, "" for all of it
	op            Operation
	supervise     SuperviseCommand
	given         map[string]*given // by the name of the setting
	first         InitCommand
	explained     []string
}

func parseCommandLine(args []string) (commandLine, error) {
	line := commandLine{command: Run, given: map[string]*given{}}
	var version, help bool
	flags := pflag.NewFlagSet("ginreload", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	line.define(flags)
	flags.BoolVarP(&version, "version", "v", false, "")
	flags.BoolVarP(&help, "help", "h", false, "")
	if err := line.parse(flags, args, false); err != nil {
		return line, err
	}
	line.operands = flags.Args()
	line.program = flags.ArgsLenAtDash() == 0
	word := ""
	if len(line.operands) > 0 && !line.program {
		word = line.operands[0]
	}
	switch command := Command(word); {
	case help:
		line.command = Help
	case version:
		line.command = Version
	case command == Init:
		return line.initCommand()
	case command == Check:
		return line.checkCommand()
	case command == Explain:
		return line.explainCommand()
	case command == Doctor:
		return line.doctorCommand()
	case command == Upgrade || command == Status:
		return line.operation(command)
	case command == Supervise:
		return line.superviseCommand()
	}
	return line, nil
}

// define makes the flags of all settings and those that say where they are
// read, and how that is shown.
func (line *commandLine) define(flags *pflag.FlagSet) {
	flags.SetOutput(io.Discard)
	flags.StringVarP(&line.chdir, "chdir", "C", line.chdir, "")
	flags.StringVarP(&line.config, "config", "c", line.config, "")
	flags.BoolVar(&line.json, "json", line.json, "")
	flags.BoolVarP(&line.verbose, "verbose", "d", line.verbose, "")
	line.defineSettings(flags)
}

func (line *commandLine) parse(flags *pflag.FlagSet, args []string, mixed bool) error {
	args = asInAir(flags, args, mixed)
	if err := flags.Parse(args); err != nil {
		return usageError(flags, args, err)
	}
	for _, name := range []string{"chdir", "config"} {
		if flags.Changed(name) && flags.Lookup(name).Value.String() == "" {
			return &UsageError{Message: "--" + name + ": the name is empty"}
		}
	}
	return nil
}

// checkCommand reads what follows the word check: a file, and any flags.
func (line commandLine) checkCommand() (commandLine, error) {
	line.command = Check
	var help bool
	flags := pflag.NewFlagSet("ginreload check", pflag.ContinueOnError)
	line.define(flags)
	flags.BoolVarP(&help, "help", "h", false, "")
	if err := line.parse(flags, line.operands[1:], true); err != nil {
		return line, err
	}
	files := flags.Args()
	line.operands = nil
	switch {
	case help:
		line.command, line.topic = Help, Check
	case len(files) == 1 && line.config == "" && files[0] != "":
		line.config = files[0]
	case len(files) > 0:
		return line, &UsageError{
			Message: fmt.Sprintf("check takes one file, got %q as well", files[len(files)-1]),
			Hint:    "to start a program with the argument check: ginreload -- check",
		}
	}
	return line, nil
}

func (line commandLine) initCommand() (commandLine, error) {
	line.command = Init
	flags := pflag.NewFlagSet("init", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&line.first.From, "from", "", "")
	help := flags.BoolP("help", "h", false, "")
	args := line.operands[1:]
	if err := flags.Parse(asInAir(flags, args, true)); err != nil {
		return line, usageError(flags, args, err)
	}
	if *help {
		line.command, line.topic = Help, Init
		return line, nil
	}
	if flags.Changed("from") && line.first.From == "" {
		return line, &UsageError{Message: "init --from: the name is empty"}
	}
	if flags.NArg() > 0 {
		line.first.Package = flags.Arg(0)
	}
	if flags.NArg() > 1 || line.first.Package != "" && line.first.From != "" {
		return line, &UsageError{
			Message: fmt.Sprintf("init takes one package, or --from, got %q", args),
			Hint:    "to start a program with the argument init: ginreload -- init",
		}
	}
	return line, nil
}
