package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// marks are what levels look like, with symbols and in plain ASCII.
var marks = map[Level][2]string{OK: {"✔", "+"}, Note: {"·", "-"}, Warning: {"!", "!"}, Problem: {"✘", "x"}}

// Text is the report for people: one line for a finding, what to do below it.
func Text(findings []Finding, ascii bool) string {
	plain, arrow := 0, "→"
	if ascii {
		plain, arrow = 1, "->"
	}
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Area))
	}
	var b strings.Builder
	area := ""
	for _, f := range findings {
		name := f.Area
		if name == area {
			name = ""
		}
		area = f.Area
		fmt.Fprintf(&b, "%-*s  %s %s\n", width, name, marks[f.Level][plain], f.Text)
		if f.Next != "" {
			fmt.Fprintf(&b, "%*s    %s %s\n", width, "", arrow, f.Next)
		}
	}
	fmt.Fprintf(&b, "\n%s, %s, %s\n", several(count(findings, Problem), "problem"), several(count(findings, Warning), "warning"), several(count(findings, Note), "note"))
	return b.String()
}

// JSON is the report for programs.
func JSON(findings []Finding) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Healthy  bool      `json:"healthy"`
		Findings []Finding `json:"findings"`
	}{Healthy(findings), findings})
	return b.Bytes(), err
}
