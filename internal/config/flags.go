package config

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Each setting is a flag under its name in the file, as in Air; our own are
// flags without their section too, and --color is short for --color.mode.

// given is what flags say of a setting. The last one counts; those of a list
// add up.
type given struct {
	statement
	written string
}

// flagValue is a flag of a setting under one of its names.
type flagValue struct {
	setting setting[Config]
	name    string
	all     map[string]*given
}

func (f flagValue) String() string {
	if g := f.all[f.setting.name]; g != nil {
		return g.written
	}
	return ""
}

func (f flagValue) Type() string { return "setting" }

// Set checks the value at once, whatever the command. An empty one is the way
// back from the file to the default.
func (f flagValue) Set(text string) error {
	if before := f.all[f.setting.name]; before != nil && f.setting.list && before.written != "" {
		if text != "" {
			text = before.written + "," + text
		} else {
			text = before.written
		}
	}
	v, err := f.setting.fromText(text)
	if err != nil {
		return err
	}
	if v.nothing() {
		v = f.setting.initial
	}
	f.all[f.setting.name] = &given{statement{f.setting, v, origin{place: "flag --" + f.name}}, text}
	return nil
}

func (line *commandLine) defineSettings(flags *pflag.FlagSet) {
	for _, s := range settings {
		for _, name := range flagNames(s.name) {
			flag := flags.VarPF(flagValue{s, name, line.given}, name, "", "")
			if s.boolean {
				flag.NoOptDefVal = "true"
			}
		}
	}
}

func flagNames(setting string) []string {
	if short, ours := strings.CutPrefix(setting, "ginreload."); ours {
		return []string{short, setting}
	}
	if setting == "color.mode" {
		return []string{"color", setting}
	}
	return []string{setting}
}

// statements returns what the flags say, in the order of the settings.
func (line commandLine) statements() []statement {
	var all []statement
	for _, s := range settings {
		if g := line.given[s.name]; g != nil {
			all = append(all, g.statement)
		}
	}
	return all
}

func (line commandLine) says(settings ...string) bool {
	return slices.ContainsFunc(settings, func(name string) bool { return line.given[name] != nil })
}

func (line commandLine) color() string {
	if g := line.given["color.mode"]; g != nil && g.written != "" {
		return g.written
	}
	return "auto"
}

// asInAir writes flags as pflag wants them. Air reads its own with Go's flag
// package, where -color is as good as --color; pflag would take it for -c olor.
// Air's switches take the next word for their value; here they do so if it is
// one, and may stand alone. With mixed, flags may follow words.
func asInAir(flags *pflag.FlagSet, args []string, mixed bool) []string {
	args = slices.Clone(args)
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		if len(args[i]) < 2 || args[i][0] != '-' {
			if mixed {
				continue
			}
			break
		}
		name, _, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		flag := flags.Lookup(name)
		if len(name) == 1 {
			flag = flags.ShorthandLookup(name)
		} else if flag != nil && args[i][1] != '-' {
			args[i] = "-" + args[i]
		}
		switch {
		case flag == nil || hasValue:
		case flag.NoOptDefVal == "":
			i++ // the value, whatever it looks like
		case flag.Value.Type() == "setting" && i+1 < len(args) && (args[i+1] == "true" || args[i+1] == "false"):
			args[i] += "=" + args[i+1]
			args = slices.Delete(args, i+1, i+2)
		}
	}
	return args
}
