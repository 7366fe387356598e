package config

import "github.com/spf13/pflag"

// explainCommand reads what follows the word explain: files, and any flags.
func (line commandLine) explainCommand() (commandLine, error) {
	line.command = Explain
	var help bool
	var pkg string
	flags := pflag.NewFlagSet("ginreload explain", pflag.ContinueOnError)
	line.define(flags)
	flags.StringVar(&pkg, "package", "", "")
	flags.BoolVarP(&help, "help", "h", false, "")
	if err := line.parse(flags, line.operands[1:], true); err != nil {
		return line, err
	}
	line.explained, line.operands = flags.Args(), nil
	if pkg != "" {
		line.operands = []string{pkg} // as if ginreload itself were given it
	}
	switch {
	case help:
		line.command, line.topic = Help, Explain
	case len(line.explained) == 0:
		return line, &UsageError{
			Message: "explain takes one or more files",
			Hint:    "to start a program with the argument explain: ginreload -- explain",
		}
	}
	return line, nil
}
