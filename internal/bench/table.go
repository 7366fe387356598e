package main

import (
	"fmt"
	"io"

	"github.com/ginreload/ginreload/internal/bench/markdown"
)

// printTables prints a table for each program, in the Markdown of GitHub, so
// that it can be quoted as it is.
func printTables(out io.Writer, r *Report) error {
	_, err := fmt.Fprintf(out, "%d saves each, %s, %d CPUs\n", r.Saves, r.Go, r.CPUs)
	for _, c := range r.Contests {
		rows := [][]string{{"tool", "median", "middle half", "to Air", "to the loop", "failed requests", "CPU per save", "peak memory"}}
		for _, result := range c.Results {
			rows = append(rows, row(result))
		}
		if err == nil {
			_, err = fmt.Fprintf(out, "\n%s: %s (%d packages)\n\n%s", c.Program, c.Title, c.Packages, markdown.Table(rows))
		}
	}
	return err
}

func row(r Result) []string {
	if !r.answered() {
		return []string{r.Tool, "–", "–", "–", "–", "–", "–", r.Error}
	}
	return []string{
		r.Tool,
		fmt.Sprintf("%.0f ms", r.Median),
		fmt.Sprintf("%.0f–%.0f", r.Lower, r.Upper),
		ratio(r.ToAir),
		ratio(r.ToLoop),
		fmt.Sprintf("%d of %d", r.Failed, r.Requests),
		fmt.Sprintf("%.2f s", quantile(r.CPU, 0.5)),
		fmt.Sprintf("%.0f MB", r.Memory),
	}
}

func ratio(r float64) string {
	if r == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", r)
}
