package main

import (
	"slices"
	"time"
)

// Report is what -json prints. A new field may be added; what is there keeps
// its meaning.
type Report struct {
	Go       string    `json:"go"`
	CPUs     int       `json:"cpus"`
	Saves    int       `json:"saves"` // counted, with each tool and program
	Contests []Contest `json:"contests"`
}

// Contest is one program, reloaded by several tools in turn.
type Contest struct {
	Program  string   `json:"program"`
	Title    string   `json:"title"`
	Packages int      `json:"packages"` // that it is made of, the standard library's too
	Results  []Result `json:"results"`
}

// Result is what was measured with one tool.
type Result struct {
	Tool     string    `json:"tool"`
	Error    string    `json:"error,omitempty"` // why it was taken out; the rest is of the saves before
	Saves    []float64 `json:"saves_ms"`
	Median   float64   `json:"median_ms"`
	Lower    float64   `json:"lower_quartile_ms"`
	Upper    float64   `json:"upper_quartile_ms"`
	Min      float64   `json:"min_ms"`
	Max      float64   `json:"max_ms"`
	ToAir    float64   `json:"ratio_to_air,omitempty"`  // of the medians; absent without Air
	ToLoop   float64   `json:"ratio_to_loop,omitempty"` // and without the loop
	Requests int       `json:"requests"`
	Failed   int       `json:"failed"`
	CPU      []float64 `json:"cpu_s"` // of the tool, its builds and the program, for each save
	Memory   float64   `json:"peak_memory_mb"`
}

// answered says whether the program answered after each save.
func (r *Result) answered() bool { return r.Error == "" && len(r.Saves) > 0 }

func (r *Result) add(t turn) {
	r.Saves = append(r.Saves, float64(t.took.Microseconds())/float64(time.Millisecond/time.Microsecond))
	r.Requests += t.requests
	r.Failed += t.failed
	r.CPU = append(r.CPU, t.cpu.Seconds())
	r.Memory = max(r.Memory, float64(t.memory)/1e6)
}

// compare fills in what follows from the saves.
func (c *Contest) compare() {
	medians := make(map[string]float64)
	for i := range c.Results {
		r := &c.Results[i]
		if !r.answered() {
			continue
		}
		r.Min, r.Max = slices.Min(r.Saves), slices.Max(r.Saves)
		r.Lower, r.Median, r.Upper = quantile(r.Saves, 0.25), quantile(r.Saves, 0.5), quantile(r.Saves, 0.75)
		medians[r.Tool] = r.Median
	}
	for i := range c.Results {
		r := &c.Results[i]
		if air := medians["air"]; air > 0 {
			r.ToAir = r.Median / air
		}
		if loop := medians["loop"]; loop > 0 {
			r.ToLoop = r.Median / loop
		}
	}
}

// quantile lies between two values, if need be, in proportion to how near they
// are. There has to be a value.
func quantile(values []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	at := share * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}
