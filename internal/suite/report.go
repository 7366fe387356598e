package suite

import (
	"encoding/json"
	"slices"
	"strings"
)

// Report is how tests have ended.
type Report struct {
	Packages int      // with tests that a change may break
	Cached   int      // of these, answered by go test's cache
	Failed   []string // packages, in order; also those that do not compile
	Tests    []string // that failed, as package.Test; not those that failed because a test below them did
	Output   string   // of what failed, as go test prints it
}

// OK reports whether nothing failed.
func (r Report) OK() bool { return len(r.Failed) == 0 }

// testEvent is a line of go test -json (go doc test2json); build-output is of a
// package that does not compile (go help buildjson).
type testEvent struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
}

// reader collects what go test -json prints.
type reader struct {
	report Report
	said   map[string]*strings.Builder // by package and test
	built  strings.Builder             // by the compiler
}

func newReader() *reader { return &reader{said: map[string]*strings.Builder{}} }

// line takes one line; what is no JSON is kept, since go itself prints it when
// something is wrong.
func (r *reader) line(text string) {
	var e testEvent
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		if strings.TrimSpace(text) != "" {
			r.built.WriteString(text + "\n")
		}
		return
	}
	switch e.Action {
	case "build-output":
		r.built.WriteString(e.Output)
	case "output":
		r.output(e)
	case "fail":
		r.failed(e)
	case "pass", "skip":
		delete(r.said, key(e))
	}
}

func key(e testEvent) string { return e.Package + "\x00" + e.Test }

func (r *reader) output(e testEvent) {
	if e.Test == "" && strings.HasPrefix(e.Output, "ok  \t") && strings.Contains(e.Output, "\t(cached)") {
		r.report.Cached++
	}
	said := r.said[key(e)]
	if said == nil {
		said = &strings.Builder{}
		r.said[key(e)] = said
	}
	if !frame(e.Output) {
		said.WriteString(e.Output)
	}
}

// frame is what go test -v adds around each test.
func frame(output string) bool {
	line := strings.TrimSpace(output)
	for _, mark := range []string{"=== RUN", "=== PAUSE", "=== CONT", "=== NAME"} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

// failed notes a test, or a package after its tests.
func (r *reader) failed(e testEvent) {
	if e.Test != "" {
		name := e.Package + "." + e.Test
		if !slices.ContainsFunc(r.report.Tests, func(below string) bool { return strings.HasPrefix(below, name+"/") }) {
			r.report.Tests = append(r.report.Tests, name)
		}
		r.report.Output += titled(r.take(e))
		return
	}
	r.report.Failed = append(r.report.Failed, e.Package)
	r.report.Output += r.take(e)
}

// titled puts the line that names a test before what the test has printed, where
// go test has it without -json.
func titled(said string) string {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(strings.TrimSpace(line), "--- FAIL: ") {
			before, after, _ := strings.Cut(said, line)
			return line + before + after
		}
	}
	return said
}

func (r *reader) take(e testEvent) string {
	said := r.said[key(e)]
	delete(r.said, key(e))
	if said == nil {
		return ""
	}
	return said.String()
}

// end returns the report. Output of a package that only says FAIL once more is
// left out, and what was printed by a test that never ended is not.
func (r *reader) end() Report {
	report := r.report
	slices.Sort(report.Failed)
	slices.Sort(report.Tests)
	var kept strings.Builder
	if report.OK() && r.built.Len() == 0 {
		return report
	}
	for text := range strings.Lines(r.built.String() + report.Output) {
		if trimmed := strings.TrimRight(text, "\n"); trimmed != "FAIL" && trimmed != "PASS" {
			kept.WriteString(text)
		}
	}
	report.Output = strings.TrimRight(kept.String(), "\n")
	return report
}
