package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/loop"
)

// build runs one build and says what it came to in the loop's words.
func (s *stages) build(ctx context.Context, number int) loop.Built {
	result, err := s.builder.Build(ctx)
	b := loop.Built{Number: number, Binary: s.made.Output}
	if err != nil {
		b.Outcome, b.Message = event.Broken, err.Error()
		var machine *builder.MachineError
		if errors.As(err, &machine) {
			b.Message, b.Hint = machine.Detail, hintFor(machine) // its text has its hint
		}
		return b
	}
	b.Outcome = map[builder.Outcome]event.Outcome{
		builder.Built: event.Built, builder.Same: event.Same,
		builder.Failed: event.Failed, builder.Canceled: event.Canceled,
	}[result.Outcome]
	b.Report = event.Build{Millis: float64(result.Elapsed.Microseconds()) / 1000}
	if result.Outcome != builder.Failed {
		return b
	}
	b.Report.Output = result.Output
	packages := make(map[string]bool)
	for _, d := range result.Diagnostics {
		packages[d.Package] = true
		b.Report.Diagnostics = append(b.Report.Diagnostics, event.Diagnostic{
			Package: d.Package, File: s.fromHere(d.File), Line: d.Line, Column: d.Column, Message: d.Message, Count: d.Count,
		})
	}
	b.Report.Errors, b.Report.Packages = len(result.Diagnostics), len(packages)
	return b
}

// fromHere makes a path that the build printed one that can be opened from
// where ginreload was started.
func (s *stages) fromHere(file string) string {
	if file == "" || filepath.IsAbs(file) || strings.HasPrefix(file, "<") || s.made.Dir == s.here {
		return file
	}
	if rel, err := filepath.Rel(s.here, filepath.Join(s.made.Dir, file)); err == nil {
		return rel
	}
	return file
}
