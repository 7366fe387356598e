package cli

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/ginreload/ginreload/builder"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/loop"
)

// build runs one build, keeps its log, and says what it came to in the loop's
// words.
func (s *stages) build(ctx context.Context, number int, files []string) loop.Built {
	s.made.voice.publish = s.hub.Publish
	s.number.Store(int64(number))
	changed := make([]string, len(files))
	for i, file := range files {
		if changed[i] = filepath.FromSlash(file); !filepath.IsAbs(changed[i]) {
			changed[i] = filepath.Join(s.here, changed[i])
		}
	}
	result, err := s.compile(ctx, changed...)
	if result.Notice != "" {
		s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Warn, Message: result.Notice + ": the C compiler's own linker takes its place",
			Hint: `linker = "default" in [ginreload] of .air.toml, and no other is tried`})
	}
	b := s.outcome(result, err)
	b.Number = number
	output := result.Output
	if err != nil {
		output += err.Error() + "\n"
	}
	if err := s.made.log.keep(b.Outcome, output); err != nil {
		s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Warn, Message: err.Error(),
			Hint: "name another file in build.log of .air.toml"})
	}
	return b
}

func (s *stages) outcome(result builder.Result, err error) loop.Built {
	// Of a program that nobody knows the file of, the loop only has to know that there is one.
	b := loop.Built{Binary: cmp.Or(s.made.Output, s.made.name)}
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
	}
	b.Report.Diagnostics = s.diagnostics(result.Diagnostics)
	b.Report.Errors, b.Report.Packages = len(result.Diagnostics), len(packages)
	return b
}

// diagnosed tells what is wrong while the build still runs.
func (s *stages) diagnosed(list []builder.Diagnostic) {
	s.hub.Publish(event.Event{Kind: event.Diagnosed, Build: &event.Build{Number: int(s.number.Load()), Diagnostics: s.diagnostics(list)}})
}

func (s *stages) diagnostics(list []builder.Diagnostic) []event.Diagnostic {
	var all []event.Diagnostic
	for _, d := range list {
		all = append(all, event.Diagnostic{
			Package: d.Package, File: s.fromHere(d.File), Line: d.Line, Column: d.Column, Message: d.Message, Count: d.Count,
		})
	}
	return all
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
