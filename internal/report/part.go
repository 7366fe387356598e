package report

import "github.com/ginreload/ginreload/internal/event"

// part is a part of ginreload, as Air's settings for colours and for what is
// shown divide it.
type part int

const (
	mainPart part = iota
	watcherPart
	buildPart
	runnerPart
)

func partOf(kind event.Kind) part {
	switch kind {
	case event.Changed:
		return watcherPart
	case event.BuildStarted, event.Diagnosed, event.BuildFinished, event.CommandBegun, event.CommandEnded, event.TestsStarted, event.TestsFinished:
		return buildPart
	case event.AppStarting, event.Reloaded, event.ReloadFailed, event.AppExited, event.AppGone:
		return runnerPart
	}
	return mainPart
}

// Colors are names of colours for the lines of each part: red, green, yellow,
// blue, magenta, cyan or white. Trouble keeps its own colours. "raw" is none at
// all, and "" and what is no colour the usual ones.
type Colors struct{ Main, Watcher, Build, Runner string }

func (c Colors) of(p part) string {
	return [...]string{mainPart: c.Main, watcherPart: c.Watcher, buildPart: c.Build, runnerPart: c.Runner}[p]
}

// Extent is which lines are shown.
type Extent int

// Extents. What commands print is shown with each, and so is why a build failed.
const (
	All      Extent = iota
	MainOnly        // of the watcher, the builds and the program only trouble
	Silent          // no line of ginreload's own, unless it tells why it cannot go on
)

// within returns what the extent leaves of the text that shows e.
func (t *terminal) within(e event.Event, text string) string {
	switch {
	case t.extent == All, e.Kind == event.Output:
		return text
	case t.extent == MainOnly:
		if partOf(e.Kind) == mainPart || wrong(e) {
			return text
		}
	case e.Kind == event.Notice && e.Level == event.Error:
		return text
	case e.Kind == event.BuildFinished && wrong(e) && e.Build.Outcome == event.Broken:
		return text
	case e.Kind == event.BuildFinished && wrong(e) && (e.Build.Output == "" || t.printed.rest(e.Build.Output) != ""):
		return t.problems(*e.Build) // the compiler's words, not ours
	case e.Kind == event.Diagnosed:
		return text // the compiler's words, not ours
	case e.Kind == event.CommandEnded && wrong(e) && e.Message != "":
		return text
	}
	return ""
}

// wrong tells trouble with the sources, the commands or the program.
func wrong(e event.Event) bool {
	switch e.Kind {
	case event.BuildFinished:
		return e.Build != nil && (e.Build.Outcome == event.Failed || e.Build.Outcome == event.Broken)
	case event.CommandEnded:
		failed := e.Message != "" || e.Exit != nil && *e.Exit != (event.Exit{})
		return failed && e.Level != event.Debug && e.Command != nil && e.Command.Role != builds
	}
	if e.Kind == event.TestsFinished {
		return e.Tests != nil && (e.Tests.Outcome == event.TestsFailed || e.Tests.Outcome == event.TestsBroken)
	}
	return e.Kind == event.Diagnosed || e.Kind == event.ReloadFailed || e.Kind == event.AppExited
}
