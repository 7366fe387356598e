package config

import (
	"cmp"
	"fmt"
	"slices"
)

// Error is a configuration that cannot be meant, or that could not be read.
type Error struct {
	File         string // as the user can open it from where ginreload was started; "" when no file is to blame
	Line, Column int    // from 1, columns count characters; 0 when the file could not be read
	Message      string // names the key
	Hint         string // what to do about it, may be empty
	Source       string // the offending line without its end
	Err          error  // the cause, may be nil
}

// Error returns one line in the form that editors and terminals can follow:
// api/.air.toml:7:9: build.delay: expected a whole number of milliseconds, got a string.
func (e *Error) Error() string { return position(e.File, e.Line, e.Column) + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExitCode returns the exit code for main.
func (e *Error) ExitCode() int { return 1 }

// UsageError is a command line that cannot be meant.
type UsageError struct {
	Message string
	Hint    string
	Err     error // the cause, may be nil
}

// Error returns the message without the hint.
func (e *UsageError) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// ExitCode returns the exit code for main.
func (e *UsageError) ExitCode() int { return 2 }

// Warning is something in the file that has no effect, or not the one that its
// author is likely to expect.
type Warning struct {
	File          string
	Line          int
	Message, Hint string
}

// String returns the warning in one line, without the hint.
func (w Warning) String() string { return position(w.File, w.Line, 0) + w.Message }

func position(file string, line, column int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return file + ": "
	case column == 0:
		return fmt.Sprintf("%s:%d: ", file, line)
	}
	return fmt.Sprintf("%s:%d:%d: ", file, line, column)
}

func sortWarnings(list []Warning) {
	slices.SortStableFunc(list, func(a, b Warning) int { return cmp.Compare(a.Line, b.Line) })
}
