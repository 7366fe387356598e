package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/proc"
	"github.com/ginreload/ginreload/internal/supervise"
)

// guardWord makes a process the guard of another one (proc.RunGuard). It is
// not for users.
const guardWord = "__guard"

// becomeWord makes a process the program that it names (supervise.Become).
const becomeWord = "__become"

// Invocation is the process as main sees it.
type Invocation struct {
	Args           []string // without the name of the program
	Env            []string
	Dir            string // current folder
	Stdin          *os.File
	Stdout, Stderr *os.File
	Signals        <-chan os.Signal // that ask for a stop
}

// Main runs ginreload and returns its exit code: 0 after a stop that was asked
// for, 1 if it could not do its work, 2 for a command line that cannot be
// meant, and below supervise that of the program.
func Main(in Invocation) int {
	if len(in.Args) == 3 && in.Args[0] == guardWord {
		proc.RunGuard(in.Stdin, in.Args[1], in.Args[2])
		return 0
	}
	if len(in.Args) > 0 && in.Args[0] == becomeWord {
		return in.fail(supervise.Become(in.Args[1:], in.Env))
	}
	cfg, command, err := config.Load(in.Args, in.getenv, in.Dir)
	cfg.Warnings = append(config.UnknownVariables(in.Env), cfg.Warnings...)
	if command == config.Check {
		return check(in, cfg, err)
	}
	if command == config.Doctor {
		return examine(in, cfg, err)
	}
	if err != nil {
		return in.fail(err)
	}
	switch command {
	case config.Help:
		io.WriteString(in.Stdout, config.Usage(cfg.Topic))
		return 0
	case config.Version:
		fmt.Fprintf(in.Stdout, "ginreload %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case config.Explain:
		err = explain(in, cfg)
	case config.Init:
		err = initialise(in, cfg)
	case config.Upgrade, config.Status:
		err = operate(in, cfg, command)
	case config.Supervise:
		return superviseProgram(in, cfg)
	default:
		err = run(in, cfg)
	}
	if err != nil {
		return in.fail(err)
	}
	return 0
}

// fail shows an error that ended everything and returns its exit code.
func (in Invocation) fail(err error) int {
	code := 1
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		code = coded.ExitCode()
	}
	if errors.Is(err, errShown) {
		return code
	}
	fmt.Fprintf(in.Stderr, "ginreload: %v\n", err)
	if source := sourceOf(err); source != "" {
		fmt.Fprintf(in.Stderr, "    %s\n", source)
	}
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(in.Stderr, "  → %s\n", hint)
	}
	return code
}

func (in Invocation) getenv(name string) string {
	value := ""
	for _, entry := range in.Env {
		if len(entry) > len(name) && entry[:len(name)] == name && entry[len(name)] == '=' {
			value = entry[len(name)+1:]
		}
	}
	return value
}
