package loop

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ginreload/ginreload/internal/event"
)

// A command that writes what is watched starts the next build, which runs the
// command again; likewise a program that writes when it starts, and a test. Nobody
// can tell who has written a file. But somebody who saves all the time, be it a
// machine that waits for each reload, does not only save while such a thing runs:
// if not before, then in a pause that is made to find out.
const (
	freeRounds = 5 // that nobody is suspected for
	pauses     = 4 // after that, each twice as long as the one before; the first is a second
)

// Echo is how far we are from calling something a loop.
type Echo struct {
	Ended  time.Time // the last of what may write files
	Heard  []string  // changed while something did that, and nothing has been started for it yet
	Files  []string  // that the rounds are about
	Rounds int       // starts in a row that nothing but such changes has led to
	Until  time.Time // the pause, in which nothing is started
	Broken bool      // nothing is started until something else changes
}

// hear notes changes that something will be started for. first is when the first
// of them was made, as far as that is known.
func (t *transition) hear(files []string, first time.Time) {
	e := &t.Echo
	if !t.atWork() && (first.IsZero() || first.After(e.Ended)) {
		*e = Echo{Ended: e.Ended}
		return
	}
	e.Heard = slices.Concat(e.Heard, files)
}

// atWork reports whether something runs that may write files: go build does not.
func (t *transition) atWork() bool {
	return t.Build.Number != 0 && t.Settings.Writes || t.Reload != nil || t.Tests.Running != nil ||
		slices.ContainsFunc(t.Jobs, func(j Job) bool { return j.Running })
}

// round is called before something is started, and reports whether that has to
// wait.
func (t *transition) round() (wait bool) {
	e := &t.Echo
	switch {
	case e.Broken:
		return true
	case !e.Until.IsZero():
		if t.at.Before(e.Until) {
			return true
		}
		e.Until = time.Time{}
		return false
	case len(e.Heard) == 0:
		return false
	}
	e.Rounds++
	if known := slices.Clone(e.Files); slices.ContainsFunc(e.Heard, func(f string) bool { return !slices.Contains(known, f) }) {
		e.Rounds = 1
	}
	e.Files = slices.Compact(slices.Sorted(slices.Values(slices.Concat(e.Files, e.Heard))))
	e.Heard = nil
	paused := e.Rounds - freeRounds - 1
	switch {
	case paused < 0:
		return false
	case paused < pauses:
		e.Until = t.at.Add(time.Second << paused)
		t.emit(event.Event{Kind: event.Notice, Level: event.Debug, Files: e.Files,
			Message: fmt.Sprintf("building seems to change %s, which starts the next build: that one waits %v", strings.Join(e.Files, ", "), time.Second<<paused)})
	default:
		e.Broken = true
		t.emit(event.Event{Kind: event.Notice, Level: event.Warn, Files: e.Files,
			Message: fmt.Sprintf("building changes %s, which starts the next build: after %d in a row, the next change that is made by something else starts one",
				strings.Join(e.Files, ", "), e.Rounds),
			Hint: "have the command write it only when its content changes, or list it in exclude_file of .air.toml",
		})
	}
	return true
}

// suspected reports whether changes seem to come from the build that they would
// cancel: then it had better come to an end.
func (t *transition) suspected() bool { return t.Echo.Rounds > freeRounds }
