package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

const generalHint = "ginreload --help lists the flags"

// usageError puts an error of pflag into words that name the flag, and say what
// was expected or may have been meant.
func usageError(flags *pflag.FlagSet, args []string, err error) error {
	e := &UsageError{Message: err.Error(), Hint: generalHint, Err: err}
	var misfit *misfit
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid) && errors.As(err, &misfit):
		e.Message = "--" + invalid.GetFlag().Name + ": " + misfit.Error()
	case errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == "bool":
		e.Message = fmt.Sprintf("--%s: expected true or false, got %q", invalid.GetFlag().Name, invalid.GetValue())
	case errors.As(err, &unknown):
		unknownFlag(e, flags, args, unknown)
	}
	return e
}

func unknownFlag(e *UsageError, flags *pflag.FlagSet, args []string, unknown *pflag.NotExistError) {
	written, dashes := unknown.GetSpecifiedName(), "--"
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
	switch near := nearest(name, names); {
	case name == "V":
		e.Hint = "did you mean -v for the version, or -d to be told more?"
	case name == "build.rules" || strings.HasPrefix(name, "build.rules."):
		e.Hint = "rules can be written in .air.toml only"
	case near != "":
		e.Hint = "did you mean --" + near + "?"
	}
}
