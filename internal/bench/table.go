package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
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
			_, err = fmt.Fprintf(out, "\n%s: %s (%d packages)\n\n%s", c.Program, c.Title, c.Packages, markdown(rows))
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

// markdown aligns the first column to the left and all others to the right.
func markdown(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for i, row := range rows {
		for column, cell := range row {
			pad := strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell))
			if column == 0 {
				text.WriteString("| " + cell + pad + " |")
			} else {
				text.WriteString(" " + pad + cell + " |")
			}
		}
		text.WriteString("\n")
		if i > 0 {
			continue
		}
		for column, width := range widths {
			if column == 0 {
				text.WriteString("|" + strings.Repeat("-", width+2) + "|")
			} else {
				text.WriteString(strings.Repeat("-", width+1) + ":|")
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}
