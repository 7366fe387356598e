package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// options are what the flags say.
type options struct {
	saves    int
	programs []string
	tools    []string
	air      string
	json     bool
	plot     string
	from     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second interrupt ends the command at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
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
	measure := measureAll
	if o.from != "" {
		measure = readReport
	}
	report, err := measure(ctx, o, stderr)
	if err != nil {
		return err
	}
	if o.plot != "" {
		if err := os.WriteFile(o.plot, plot(report), 0o644); err != nil {
			return err
		}
	}
	if o.json {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	return printTables(stdout, report)
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.saves, "n", 8, "`saves` that are measured with each tool and program")
	programs := flags.String("programs", "gin,many,cgo", "programs to reload; also folders of the repository, as examples/supervised")
	tools := flags.String("tools", "ginreload,air,reflex,modd,entr,loop", "tools to measure; flags may follow the name of ginreload")
	flags.StringVar(&o.air, "air", "", "`path` of Air, if it is not installed")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.StringVar(&o.plot, "plot", "", "write a picture to `file`.svg, too")
	flags.StringVar(&o.from, "from", "", "measure nothing, but read a `file` that -json has printed")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.programs, o.tools = strings.Split(*programs, ","), strings.Split(*tools, ",")
	if o.saves < 1 {
		return o, fmt.Errorf("-n %d: at least one save is needed", o.saves)
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag; see -help", flags.Arg(0))
	}
	return o, nil
}

func readReport(_ context.Context, o options, _ io.Writer) (*Report, error) {
	text, err := os.ReadFile(o.from)
	if err != nil {
		return nil, err
	}
	var report Report
	if err := json.Unmarshal(text, &report); err != nil {
		return nil, fmt.Errorf("read %s: %w", o.from, err)
	}
	return &report, nil
}
