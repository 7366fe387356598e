package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Result is what was measured with one tool. Its JSON is what -json prints.
type Result struct {
	Tool     string    `json:"tool"`
	Saves    []float64 `json:"saves_ms"`
	Median   float64   `json:"median_ms"`
	Min      float64   `json:"min_ms"`
	Max      float64   `json:"max_ms"`
	Requests int       `json:"requests"`
	Failed   int       `json:"failed"`
	ToAir    float64   `json:"ratio_to_air,omitempty"` // of the medians; absent without Air
}

func (r *Result) add(t turn) {
	r.Saves = append(r.Saves, float64(t.took.Microseconds())/float64(time.Millisecond/time.Microsecond))
	r.Requests += t.requests
	r.Failed += t.failed
}

// compare fills in what follows from the saves.
func compare(results []Result) {
	air := 0.0
	for i := range results {
		r := &results[i]
		r.Median, r.Min, r.Max = median(r.Saves), slices.Min(r.Saves), slices.Max(r.Saves)
		if r.Tool == "air" {
			air = r.Median
		}
	}
	for i := range results {
		if air > 0 {
			results[i].ToAir = results[i].Median / air
		}
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

func printTable(out io.Writer, results []Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "tool\tmedian ms\tmin ms\tmax ms\tfailed / requests\tratio to air\t")
	for _, r := range results {
		ratio := "–"
		if r.ToAir > 0 {
			ratio = fmt.Sprintf("%.2f", r.ToAir)
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.0f\t%.0f\t%d / %d\t%s\t\n", r.Tool, r.Median, r.Min, r.Max, r.Failed, r.Requests, ratio)
	}
	return w.Flush()
}
