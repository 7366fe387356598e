package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// The picture is as narrow as its text allows, so that a phone, which shrinks it
// to its own width, leaves it readable. All is in units of the picture.
const (
	plotWidth  = 480
	plotNames  = 92 // right edge of the names
	plotLeft   = 100
	plotRight  = 330 // the bars are in between
	plotMedian = 405 // right edge of the column
	plotRow    = 27
	plotHead   = 46 // title of a program, with air above it
	plotTop    = 24
)

const plotStyle = `
    text { fill: #24292f } .dim { fill: #656d76; font-size: 13px } .end { text-anchor: end }
    .head { font-weight: 600; font-size: 16px }
    .bar { fill: #9db4d3 } .own .bar { fill: #2e8b57 } .own text { font-weight: 600 } .none { fill: #2e8b57 }
    .spread { stroke: #24292f; stroke-width: 1.5; fill: none } .cut { stroke: #fff; stroke-width: 4; fill: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .dim { fill: #9198a1 } .bar { fill: #4a6fa5 } .none { fill: #5fc58d }
      .spread { stroke: #e6edf3 } .cut { stroke: #0d1117 }
    }
  `

// plot draws the medians as SVG: a bar for each tool, with the middle half of
// the saves as a line, and the requests that failed.
func plot(r *Report) []byte {
	var body bytes.Buffer
	y := plotTop
	for _, c := range r.Contests {
		y += plotHead
		fmt.Fprintf(&body, "  <text class=\"head\" x=\"0\" y=\"%d\">%s</text>\n", y-22, escape(c.Title))
		fmt.Fprintf(&body, "  <text class=\"dim\" x=\"0\" y=\"%d\">%d packages</text>\n", y-4, c.Packages)
		fmt.Fprintf(&body, "  <text class=\"dim end\" x=\"%d\" y=\"%d\">median</text>\n", plotMedian, y-4)
		fmt.Fprintf(&body, "  <text class=\"dim end\" x=\"%d\" y=\"%d\">failed</text>\n", plotWidth, y-4)
		longest := scale(c.Results)
		for _, result := range c.Results {
			plotResult(&body, result, longest, y)
			y += plotRow
		}
		y += 12
	}
	var all bytes.Buffer
	fmt.Fprintf(&all, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 0 %d %d" width="%d" height="%d" `, plotWidth+4, y, plotWidth*3/2, y*3/2)
	fmt.Fprintf(&all, `font-family="system-ui, sans-serif" font-size="15" role="img" aria-labelledby="t d">`+"\n")
	fmt.Fprintf(&all, "  <title id=\"t\">From the save of a file until the new code answers</title>\n")
	fmt.Fprintf(&all, "  <desc id=\"d\">%s</desc>\n  <style>%s</style>\n", escape(inWords(r)), plotStyle)
	fmt.Fprintf(&all, "  <text class=\"dim\" x=\"0\" y=\"15\">save → the new code answers; %d saves each, line: middle half</text>\n", r.Saves)
	all.Write(body.Bytes())
	all.WriteString("</svg>\n")
	return all.Bytes()
}

// scale is the time at the right edge: the longest, unless it would make all
// others short.
func scale(results []Result) float64 {
	var medians, ends []float64
	for _, r := range results {
		if r.answered() {
			medians, ends = append(medians, r.Median), append(ends, r.Upper)
		}
	}
	if len(ends) == 0 {
		return 1
	}
	return max(1, min(slices.Max(ends), 2*quantile(medians, 0.5)))
}

func plotResult(out *bytes.Buffer, r Result, longest float64, y int) {
	at := func(ms float64) float64 { return plotLeft + min(ms/longest, 1)*(plotRight-plotLeft) }
	class := "tool"
	if strings.HasPrefix(r.Tool, "ginreload") {
		class = "own"
	}
	text := y + 17
	fmt.Fprintf(out, "  <g class=\"%s\"><text class=\"end\" x=\"%d\" y=\"%d\">%s</text>", class, plotNames, text, escape(r.Tool))
	defer out.WriteString("</g>\n")
	if !r.answered() {
		fmt.Fprintf(out, "<text class=\"dim\" x=\"%d\" y=\"%d\">no answer</text>", plotLeft, text)
		return
	}
	fmt.Fprintf(out, "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"18\" rx=\"3\"/>", plotLeft, y+3, at(r.Median)-plotLeft)
	if r.Median > longest {
		fmt.Fprintf(out, "<path class=\"cut\" d=\"M%d %dl-8 26\"/>", plotRight-18, y-1)
	} else {
		fmt.Fprintf(out, "<path class=\"spread\" d=\"M%.1f %dH%.1fm0 -4v8M%.1f %dv8\"/>", at(r.Lower), y+12, at(r.Upper), at(r.Lower), y+8)
	}
	fmt.Fprintf(out, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>", plotMedian, text, duration(r.Median))
	failed := "end dim"
	if r.Failed == 0 {
		failed = "end none"
	}
	fmt.Fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">%d</text>", failed, plotWidth, text, r.Failed)
}

// inWords is for those who do not see the picture.
func inWords(r *Report) string {
	var all []string
	for _, c := range r.Contests {
		var words []string
		for _, result := range c.Results {
			if result.answered() {
				words = append(words, fmt.Sprintf("%s %s, %d requests failed", result.Tool, duration(result.Median), result.Failed))
			} else {
				words = append(words, result.Tool+" gave no answer")
			}
		}
		all = append(all, c.Title+": "+strings.Join(words, "; ")+".")
	}
	return strings.Join(all, " ")
}

func duration(ms float64) string {
	if ms < 999.5 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.2f s", ms/1000)
}

func escape(text string) string {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(text)); err != nil {
		return "" // a strings.Builder takes everything
	}
	return out.String()
}
