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
	saves   int
	tools   []string
	air     string
	example string
	json    bool
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
	results, err := measureAll(ctx, o, stderr)
	if err != nil {
		return err
	}
	if o.json {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(results)
	}
	return printTable(stdout, results)
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	var tools string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.saves, "n", 8, "`saves` that are measured with each tool")
	flags.StringVar(&tools, "tools", "ginreload,air,loop", "tools to measure")
	flags.StringVar(&o.air, "air", "air", "`path` of Air")
	flags.StringVar(&o.example, "example", "examples/gin", "`folder` of the program, below the root of the repository")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.tools = strings.Split(tools, ",")
	if o.saves < 1 {
		return o, fmt.Errorf("-n %d: at least one save is needed", o.saves)
	}
	return o, nil
}
