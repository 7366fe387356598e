package watcher

import (
	"fmt"
	"strings"
)

// LimitError says that the kernel refused to watch for want of a resource that
// the system's administrator rations. It is passed to Options.Warn, and the folders
// concerned are looked at instead; those nearer the roots have the watches. With
// Options.EventsOnly New returns it, and later these folders are not watched.
//
// Both limits are per user and shared with all other programs, editors above all,
// so that Current may be larger than Folders (inotify(7), "/proc interfaces").
type LimitError struct {
	Sysctl  string // fs.inotify.max_user_watches or fs.inotify.max_user_instances
	Current int    // its value, 0 if it could not be read
	Folders int    // how many folders the roots need, 0 if they were not counted
	Raised  int    // a value that should do
	Polled  bool   // the folders for which there was no watch are looked at instead
	Err     error  // what the kernel said
}

// Error says what is missing and how to get it, in three lines.
func (e *LimitError) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "watching files: the limit %s is reached", e.Sysctl)
	if e.Current > 0 {
		fmt.Fprintf(&s, " (it is %d, for all programs of this user together)", e.Current)
	}
	if e.Folders > 0 {
		fmt.Fprintf(&s, "; %d folders are needed here", e.Folders)
	}
	fmt.Fprintf(&s, ": %v\nraise it: %s", e.Err, e.Command())
	s.WriteString("\nor ignore folders that are no source code")
	if e.Polled {
		s.WriteString("\nuntil then, the folders for which none was left are looked at again and again")
	}
	return s.String()
}

// Command returns the shell command that raises the limit until the next boot.
func (e *LimitError) Command() string {
	return fmt.Sprintf("sudo sysctl %s=%d", e.Sysctl, e.Raised)
}

func (e *LimitError) Unwrap() error { return e.Err }

// RootError says that a root is not there, or is no folder, or cannot be read.
// New returns it, and Run when a root has been removed or moved away.
type RootError struct {
	Root string
	Err  error
}

func (e *RootError) Error() string { return fmt.Sprintf("watching %s: %v", e.Root, e.Err) }

func (e *RootError) Unwrap() error { return e.Err }
