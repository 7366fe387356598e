//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"
)

// options are what the flags say.
type options struct {
	seed     uint64
	duration time.Duration
	only     *regexp.Regexp
	parallel int
	list     bool
	json     bool
	markdown bool
	verbose  bool
	slack    float64
	compare  bool
	upgrades int
}

func main() {
	if dir := os.Getenv(programEnv); dir != "" {
		os.Exit((&program{dir: dir}).main())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second interrupt ends the command at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case o.list:
		return list(stdout, chosen(o.only))
	case o.compare:
		return compare(ctx, o, stdout, stderr)
	}
	binary, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to start: %w", err)
	}
	c := &campaign{options: o, binary: binary}
	c.sinks = append(c.sinks, lines(stdout, o))
	results := c.run(ctx, chosen(o.only))
	if o.markdown {
		return errors.Join(markdown(stdout, o.seed, results), verdict(results))
	}
	return errors.Join(summary(stdout, o, results), verdict(results))
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var only string
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Uint64Var(&o.seed, "seed", rand.Uint64(), "decides every random `choice`")
	flags.DurationVar(&o.duration, "duration", 0, "repeat the cases for this `time`; 0 runs each once")
	flags.StringVar(&only, "run", "", "only cases whose \"number name\" matches this `regexp`")
	flags.IntVar(&o.parallel, "parallel", 3, "`cases` that run at the same time, if they do not disturb each other")
	flags.BoolVar(&o.list, "list", false, "list the cases and what they want")
	flags.BoolVar(&o.json, "json", false, "print a line of JSON per case")
	flags.BoolVar(&o.markdown, "markdown", false, "print a table for docs/handoff.md")
	flags.BoolVar(&o.verbose, "v", false, "print what the programs of a failed case said")
	flags.Float64Var(&o.slack, "slack", 1, "`times` that everything may take longer, for a machine that is busy")
	flags.BoolVar(&o.compare, "compare", false, "compare with other libraries instead")
	flags.IntVar(&o.upgrades, "upgrades", 20, "`upgrades` of each system in a comparison")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.only, err = regexp.Compile(only); err != nil {
		return o, fmt.Errorf("-run: %w", err)
	}
	if o.parallel < 1 || o.upgrades < 1 {
		return o, errors.New("-parallel and -upgrades want at least 1")
	}
	return o, nil
}
