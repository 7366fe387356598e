//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// lines returns the sink that prints a line for each trial as it ends.
func lines(w io.Writer, o options) func(result) {
	switch {
	case o.json:
		enc := json.NewEncoder(w)
		enc.Encode(map[string]any{"seed": o.seed})
		return func(r result) { enc.Encode(r.json()) }
	case o.markdown:
		return func(result) {}
	}
	fmt.Fprintf(w, "seed %d\n", o.seed)
	return func(r result) {
		fmt.Fprintf(w, "%2d  %-8s %5.1fs  %s: %s\n", r.number, short(r.outcome), r.took.Seconds(), r.name, r.words())
		if r.outcome == failed && o.verbose {
			fmt.Fprintln(w, "    "+strings.ReplaceAll(strings.TrimSpace(r.said), "\n", "\n    "))
		}
	}
}

func short(o outcome) string {
	switch o {
	case failed:
		return "FAILED"
	case notApplicable:
		return "n/a"
	}
	return string(o)
}

// words are the figure, or what is wrong.
func (r result) words() string {
	if r.err != nil {
		return strings.ReplaceAll(r.err.Error(), "\n", "; ")
	}
	return r.figure
}

func (r result) json() any {
	return struct {
		Number  int     `json:"number"`
		Name    string  `json:"name"`
		Round   int     `json:"round"`
		Outcome outcome `json:"outcome"`
		Figure  string  `json:"figure,omitempty"`
		Error   string  `json:"error,omitempty"`
		Said    string  `json:"said,omitempty"`
		Seconds float64 `json:"seconds"`
	}{r.number, r.name, r.round, r.outcome, r.figure, errorText(r.err), r.said, r.took.Seconds()}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// tally counts the cases, not their trials: one that failed once has failed.
func tally(results []result) (byOutcome map[outcome]int, took time.Duration) {
	worst := make(map[int]outcome)
	for _, r := range results {
		took += r.took
		if worst[r.number] != failed {
			worst[r.number] = r.outcome
		}
	}
	byOutcome = make(map[outcome]int)
	for _, o := range worst {
		byOutcome[o]++
	}
	return byOutcome, took
}

func summary(w io.Writer, o options, results []result) error {
	n, took := tally(results)
	if o.json {
		return json.NewEncoder(w).Encode(map[string]any{
			"passed": n[passed], "failed": n[failed], "notApplicable": n[notApplicable], "trials": len(results),
		})
	}
	_, err := fmt.Fprintf(w, "%d cases passed, %d failed, %d do not apply; %d trials, %v of work, seed %d\n",
		n[passed], n[failed], n[notApplicable], len(results), took.Round(time.Second), o.seed)
	return err
}

// verdict is an error if a case failed, or none was run.
func verdict(results []result) error {
	n, _ := tally(results)
	switch {
	case n[failed] > 0:
		return fmt.Errorf("%d cases failed; run one again with the same -seed and -run", n[failed])
	case n[passed] == 0:
		return errors.New("no case was run")
	}
	return nil
}

// markdown prints the table of the docs: a row for each case.
func markdown(w io.Writer, seed uint64, results []result) error {
	fmt.Fprintf(w, "| # | case | what is done | result |\n|---|---|---|---|\n")
	rows := slices.Clone(results)
	slices.SortStableFunc(rows, func(a, b result) int { return a.number - b.number })
	for _, r := range rows {
		text := fmt.Sprintf("%s: %s", r.outcome, r.words())
		cell := strings.NewReplacer("|", `\|`, "\n", " ")
		fmt.Fprintf(w, "| %d | %s | %s | %s |\n", r.number, cell.Replace(r.name), cell.Replace(r.inject), cell.Replace(text))
	}
	_, err := fmt.Fprintf(w, "\n`go run ./internal/chaos -seed %d -markdown`\n", seed)
	return err
}
