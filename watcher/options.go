package watcher

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Defaults of Options. An editor that saves in several steps takes less than
// DefaultQuiet for all of them; if it does not, a build is begun in vain and called
// off by the step that comes late.
const (
	DefaultQuiet   = 10 * time.Millisecond
	DefaultCeiling = 500 * time.Millisecond
)

// Options say what to watch. Roots or Files must name something.
type Options struct {
	// Roots are absolute folders, watched with all folders below. They may
	// overlap; one that another covers is not missed when it is removed.
	Roots []string
	// Files are absolute paths of single files, watched whether they exist or
	// not, and whatever Ignore says. Their folders need not exist either.
	Files []string
	// Ignore says what in Roots does not matter; nil ignores nothing. A folder
	// that is ignored is not entered; a root is never asked about. When answers
	// change, call Reconsider: until then an answer is taken as long as nothing
	// happens to the path. It is called for many paths, and must be fast.
	Ignore func(path string, dir bool) bool
	// Quiet is how long no event must have come for a set to be complete;
	// 0 means DefaultQuiet.
	Quiet time.Duration
	// Ceiling is how long after its first event a set is complete at the latest;
	// 0 means DefaultCeiling. One shorter than Quiet takes the place of Quiet.
	Ceiling time.Duration
	// Busy reports whether somebody is in the middle of changing many files, such as
	// git. A set is not complete then, for up to ten seconds and beyond Ceiling. It is
	// asked by Run's goroutine when a set would be complete; nil says never.
	Busy func() bool
	// Poll has the watcher look again and again instead of waiting for events of
	// the kernel. Without it, it does so beside events where FileSystemOf says
	// that these do not tell of everything, and nowhere else.
	Poll bool
	// EventsOnly has the watcher rely on events on every file system.
	EventsOnly bool
	// Scratch is a folder to which the caller writes anyway, best on the same file
	// system as Roots, and ignored in them. Into it New writes a file, to look at
	// all files of that file system if it has no events even for that, and takes
	// it away again. "" does without that.
	Scratch string
	// Polled is told, once each, of the file systems that are polled without Poll,
	// as soon as something on them is watched. It must not block; nil is none.
	Polled func(FileSystem)
	// PollInterval is from the beginning of one look to that of the next; 0 means
	// DefaultPollInterval, and what is below 50 ms means that. A look that takes
	// long is followed by a pause of the same length.
	PollInterval time.Duration
	// FollowSymlinks has folders behind links watched like any others, under the
	// path of the link, wherever they lie; else a link is a file.
	FollowSymlinks bool
	// Warn is told, once each, of what is not watched although it should be:
	// folders that cannot be read, a *LimitError. It must not block; nil is none.
	Warn func(error)

	budget time.Duration // how long files may be read at first; set by tests
}

func (o Options) complete() (Options, error) {
	if len(o.Roots)+len(o.Files) == 0 {
		return o, errors.New("watching files: no roots and no files given")
	}
	o.Roots, o.Files = slices.Clone(o.Roots), slices.Clone(o.Files)
	for _, paths := range [][]string{o.Roots, o.Files} {
		for i, path := range paths {
			if !filepath.IsAbs(path) {
				return o, fmt.Errorf("watching %q: the path is not absolute", path)
			}
			paths[i] = filepath.Clean(path)
		}
	}
	if o.Quiet <= 0 {
		o.Quiet = DefaultQuiet
	}
	if o.budget <= 0 {
		o.budget = baselineBudget
	}
	if o.Ceiling <= 0 {
		o.Ceiling = DefaultCeiling
	}
	if o.PollInterval <= 0 {
		o.PollInterval = DefaultPollInterval
	}
	o.PollInterval = max(o.PollInterval, minPollInterval)
	return o, nil
}
