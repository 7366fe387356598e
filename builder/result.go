package builder

import (
	"os"
	"time"
)

// An Outcome says how a build ended. The zero Outcome goes with an error.
type Outcome int

const (
	Built    Outcome = iota + 1 // a new program is published
	Same                        // the one at Output, from this session or an earlier one, is the same but for its build ID; it stays
	Failed                      // it does not compile, or the command failed
	Canceled                    // the context ended first
)

func (o Outcome) String() string {
	switch o {
	case Built:
		return "built"
	case Same:
		return "same"
	case Failed:
		return "failed"
	case Canceled:
		return "canceled"
	}
	return "not run"
}

// A Result is what a build came to.
type Result struct {
	Outcome     Outcome
	Artifact    Artifact      // what lies at Output now, whichever build it is from; zero if nothing
	Diagnostics []Diagnostic  // may be empty on Failed: show Output then
	Output      string        // what the command printed; its middle is left out beyond 1 MiB
	Notice      string        // what the user should know of how it was linked; empty as a rule, and said once
	Elapsed     time.Duration // from the moment that no other build was in the way
	Command     time.Duration // the part of Elapsed in which the command ran
}

// An Artifact is a published program.
type Artifact struct {
	Path    string
	Size    int64
	ModTime time.Time // stays as it was when a build ends with Same
}

func artifactAt(path string) Artifact {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return Artifact{}
	}
	return Artifact{Path: path, Size: info.Size(), ModTime: info.ModTime()}
}
