package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ginreload/ginreload/internal/bench/markdown"
)

// options are what the flags say.
type options struct {
	only    []string
	idle    time.Duration
	reloads int
	files   int
	folders int
	changed int
	saves   int
	json    bool
}

// Figure is one line of the table.
type Figure struct {
	What     string `json:"what"`
	Target   string `json:"target,omitempty"`
	Measured string `json:"measured"`
}

// bench is what all measurements are given.
type bench struct {
	options
	binary string // ginreload
	temp   string // each measurement makes folders of its own here
}

var measurements = []struct {
	name string
	run  func(b bench, ctx context.Context) ([]Figure, error)
}{
	{"idle", bench.idleness},
	{"memory", bench.memory},
	{"tree", bench.tree},
	{"checkout", bench.checkout},
	{"burst", bench.burst},
	{"mistakes", bench.mistakes},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second interrupt ends the command at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "targets:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "ginreload-targets-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	b := bench{o, filepath.Join(temp, "ginreload"), temp}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "github.com/ginreload/ginreload/cmd/ginreload")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build ginreload (this has to run in its repository): %w\n%s", err, out)
	}
	var figures []Figure
	for _, m := range measurements {
		if !slices.Contains(o.only, m.name) {
			continue
		}
		fmt.Fprintf(stderr, "targets: %s\n", m.name)
		more, err := m.run(b, ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		figures = append(figures, more...)
	}
	return show(stdout, figures, o.json)
}

func parse(args []string, stderr io.Writer) (options, error) {
	var names []string
	for _, m := range measurements {
		names = append(names, m.name)
	}
	var o options
	flags := flag.NewFlagSet("targets", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", strings.Join(names, ","), "what to measure")
	flags.DurationVar(&o.idle, "idle", time.Minute, "how long ginreload is left alone")
	flags.IntVar(&o.reloads, "reloads", 500, "reloads over which memory is looked at")
	flags.IntVar(&o.files, "files", 100_000, "files of the large tree")
	flags.IntVar(&o.folders, "folders", 5000, "folders of the large tree")
	flags.IntVar(&o.changed, "changed", 2000, "files that git checkout changes")
	flags.IntVar(&o.saves, "n", 9, "saves of a mistake of each kind")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.only = strings.Split(*only, ",")
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			return o, fmt.Errorf("-only %s: there are %s", name, strings.Join(names, ", "))
		}
	}
	if min(o.reloads, o.files, o.folders, o.changed, o.saves) < 1 {
		return o, errors.New("less than one of something cannot be measured")
	}
	return o, nil
}

func show(out io.Writer, figures []Figure, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(figures)
	}
	rows := [][]string{{"what", "target", "measured"}}
	for _, f := range figures {
		rows = append(rows, []string{f.What, f.Target, f.Measured})
	}
	_, err := io.WriteString(out, markdown.Table(rows))
	return err
}
