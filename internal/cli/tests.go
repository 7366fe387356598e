package cli

import (
	"context"
	"path/filepath"
	"time"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/loop"
	"github.com/ginreload/ginreload/internal/suite"
)

// test runs the tests that a change of files, as the events name them, may break.
func (s *stages) test(ctx context.Context, files []string) loop.Tested {
	var paths []string
	for _, file := range files {
		if !filepath.IsAbs(file) {
			file = filepath.Join(s.here, filepath.FromSlash(file))
		}
		paths = append(paths, file)
	}
	begun := time.Now()
	report, err := suite.Suite{
		Session: s.session, Tool: s.builder.Tool(), Dir: s.cfg.Root, Here: s.here, Flags: s.made.Flags, Args: s.cfg.TestArgs,
	}.Run(ctx, s.environment(), paths)
	tested := loop.Tested{Report: event.Tests{
		Outcome: event.TestsPassed, Millis: float64(time.Since(begun).Microseconds()) / 1000,
		Packages: report.Packages, Cached: report.Cached, Failed: report.Failed, Names: report.Tests, Output: report.Output,
	}}
	switch {
	case err != nil:
		tested.Report.Outcome, tested.Message = event.TestsBroken, err.Error()
	case !report.OK():
		tested.Report.Outcome = event.TestsFailed
	case report.Packages == 0:
		tested.Report.Outcome = event.TestsNone
	}
	return tested
}
