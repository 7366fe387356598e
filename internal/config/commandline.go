package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

type commandLine struct {
	command       Command
	chdir, config string
	color         string
	json, verbose bool
	operands      []string // what follows the flags
	program       bool     // -- came before the operands: they are all for the program
	topic         Command  // that help was asked for, "" for all of it
	op            Operation
	supervise     SuperviseCommand
	handoff       handoffFlags
}

func parseCommandLine(args []string) (commandLine, error) {
	line := commandLine{command: Run}
	var version, help bool
	flags := pflag.NewFlagSet("ginreload", pflag.ContinueOnError)
	flags.SetInterspersed(false)
	flags.SetOutput(io.Discard)
	flags.StringVarP(&line.chdir, "chdir", "C", "", "")
	flags.StringVarP(&line.config, "config", "c", "", "")
	flags.StringVar(&line.color, "color", "", "")
	flags.BoolVar(&line.json, "json", false, "")
	flags.BoolVarP(&line.verbose, "verbose", "v", false, "")
	line.handoff.define(flags)
	flags.BoolVar(&version, "version", false, "")
	flags.BoolVarP(&help, "help", "h", false, "")

	if err := flags.Parse(doubleDashes(flags, args)); err != nil {
		return line, usageError(flags, args, err)
	}
	if flags.Changed("color") && !colorMode(line.color) {
		e := &UsageError{Message: fmt.Sprintf("--color: expected auto, always or never, got %q", line.color)}
		line.color = ""
		return line, e
	}
	for _, name := range []string{"chdir", "config"} {
		if flags.Changed(name) && flags.Lookup(name).Value.String() == "" {
			return line, &UsageError{Message: "--" + name + ": the name is empty"}
		}
	}
	line.operands = flags.Args()
	line.program = flags.ArgsLenAtDash() == 0
	if err := strayOverlap(args, line.operands); err != nil {
		return line, err
	}
	switch {
	case help:
		line.command = Help
	case version:
		line.command = Version
	case len(line.operands) > 0 && line.operands[0] == "init" && !line.program:
		return line.initCommand()
	case len(line.operands) > 0 && !line.program && (line.operands[0] == string(Upgrade) || line.operands[0] == string(Status)):
		return line.operation(Command(line.operands[0]))
	case len(line.operands) > 0 && line.operands[0] == string(Supervise) && !line.program:
		return line.superviseCommand()
	}
	return line, nil
}

func (line commandLine) initCommand() (commandLine, error) {
	line.command = Init
	for _, operand := range line.operands[1:] {
		if operand == "-h" || operand == "--help" {
			line.command = Help
			return line, nil
		}
	}
	if len(line.operands) > 1 {
		return line, &UsageError{
			Message: fmt.Sprintf("init takes no arguments, got %q", line.operands[1]),
			Hint:    "to start a program with the argument init: ginreload -- init",
		}
	}
	return line, nil
}

// doubleDashes gives -color the two dashes that pflag wants. Air reads its
// flags with Go's flag package, where one is as good; pflag would take -color
// for -c olor.
func doubleDashes(flags *pflag.FlagSet, args []string) []string {
	args = slices.Clone(args)
	for i := 0; i < len(args); i++ {
		if args[i] == "--" || len(args[i]) < 2 || args[i][0] != '-' {
			break
		}
		name, _, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		flag := flags.Lookup(name)
		if len(name) == 1 {
			flag = flags.ShorthandLookup(name)
		} else if flag != nil && args[i][1] != '-' {
			args[i] = "-" + args[i]
		}
		if flag != nil && !hasValue && flag.NoOptDefVal == "" {
			i++ // the value, whatever it looks like
		}
	}
	return args
}

const generalHint = "ginreload --help lists the flags"

func usageError(flags *pflag.FlagSet, args []string, err error) error {
	e := &UsageError{Message: err.Error(), Hint: generalHint, Err: err}
	unknown := (*pflag.NotExistError)(nil)
	if !errors.As(err, &unknown) {
		return e
	}
	written := unknown.GetSpecifiedName()
	dashes := "--"
	if group := unknown.GetSpecifiedShortnames(); group != "" {
		written, dashes = group, "-"
		for _, arg := range args { // pflag has cut off the letters that it knows
			if strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "--") && strings.HasSuffix(arg, group) {
				written = arg[1:]
			}
		}
	}
	name, _, _ := strings.Cut(written, "=")
	e.Message = "unknown flag " + dashes + name
	var names []string
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if _, known := findKey(name); known {
		if short, ours := strings.CutPrefix(name, "ginreload."); ours {
			e.Hint = "did you mean --" + short + "?"
			return e
		}
		e.Message += ": the keys of .air.toml are no flags yet"
		e.Hint = "set " + name + " in .air.toml"
	} else if name == "d" {
		e.Hint = "did you mean --verbose?"
	} else if near := nearest(name, names); near != "" {
		e.Hint = "did you mean --" + near + "?"
	}
	return e
}
