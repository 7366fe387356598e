package builder

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// A Trouble is a reason that lies in the machine, not in the code.
type Trouble int

const (
	DiskFull Trouble = iota + 1
	ReadOnly
	NoPermission
	OutOfMemory
	TooManyFiles
	NoCache // the build cache or go's work folder cannot be used
)

func (t Trouble) hint() string {
	switch t {
	case DiskFull:
		return "free some space; `go clean -cache` empties go's build cache"
	case ReadOnly:
		return "put the output, the scratch folder and GOCACHE on a file system that can be written to"
	case NoPermission:
		return "give this user write permission there, or name another folder (for go's cache: GOCACHE, GOMODCACHE)"
	case OutOfMemory:
		return "free some memory, or add -p=1 to the build flags to compile one package at a time"
	case TooManyFiles:
		return "raise the limit of open files with `ulimit -n`"
	case NoCache:
		return "set GOCACHE to a folder that can be written to; `go env GOCACHE GOMODCACHE` shows what is in use"
	}
	return "look at the output of the build"
}

// A MachineError says that the build could not be done here and now, although
// the code may be fine.
type MachineError struct {
	Trouble Trouble
	Tried   string // what was being done
	Detail  string // the line that says why
	Err     error  // the cause if it is an error of ours, not a line of go's output
}

func (e *MachineError) Error() string {
	return fmt.Sprintf("%s: %s; %s", e.Tried, e.Detail, e.Trouble.hint())
}

// Hint is the part of the text that says what to do next.
func (e *MachineError) Hint() string { return e.Trouble.hint() }

func (e *MachineError) Unwrap() error { return e.Err }

// explain wraps an error of the file system or of starting a process.
func explain(tried string, err error) error {
	trouble := Trouble(0)
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		trouble = DiskFull
	case errors.Is(err, syscall.EROFS):
		trouble = ReadOnly
	case errors.Is(err, fs.ErrPermission):
		trouble = NoPermission
	case errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.EAGAIN):
		trouble = OutOfMemory
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		trouble = TooManyFiles
	default:
		return fmt.Errorf("%s: %w", tried, err)
	}
	return &MachineError{trouble, tried, err.Error(), err}
}

// machineTrouble finds in a command that did not succeed the signs of a machine
// that is in the way. Lines that point into a source file are about code,
// whatever words they quote.
func machineTrouble(ran finished) error {
	const tried = "build the program"
	for line := range strings.Lines(ran.output) {
		line = strings.TrimSpace(line)
		if _, ok := readPosition(strings.TrimPrefix(line, "vet: ")); ok {
			continue
		}
		if trouble := troubleIn(line); trouble != 0 {
			return &MachineError{Trouble: trouble, Tried: tried, Detail: line}
		}
	}
	// Nobody but the kernel, short of memory, or the user kills it like this.
	if status := ran.state.String(); status == "signal: killed" || ran.state.ExitCode() == 137 {
		return &MachineError{Trouble: OutOfMemory, Tried: tried, Detail: "the command was killed (" + status + ")"}
	}
	return nil
}

// speaksOfMachine is machineTrouble for a command whose end is not known.
func speaksOfMachine(output string) bool {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if _, ok := readPosition(line); !ok && troubleIn(line) != 0 {
			return true
		}
	}
	return false
}

func troubleIn(line string) Trouble {
	has := func(s string) bool { return strings.Contains(line, s) }
	folder := has("build cache") || has("module cache") || has("work dir") || has("go-build") || has("mkdir ")
	switch {
	case has("no space left on device"), has("isk quota exceeded"), has("not enough space on the disk"):
		return DiskFull
	case has("read-only file system"), has("Read-only file system"):
		return ReadOnly
	case folder && (has("permission denied") || has("operation not permitted") || has("Access is denied")):
		return NoPermission
	case strings.HasSuffix(line, "signal: killed"), has("cannot allocate memory"), has("runtime: out of memory"),
		has("terminated with signal 9"), has("failed to reserve page summary memory"):
		return OutOfMemory
	case has("too many open files"):
		return TooManyFiles
	case strings.HasPrefix(line, "failed to initialize build cache"), strings.HasPrefix(line, "build cache is required"),
		strings.HasPrefix(line, "go: creating work dir"):
		return NoCache
	}
	return 0
}
