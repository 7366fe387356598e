package supervise

import (
	"errors"
	"os"
	"time"
)

// ErrNotSupported is returned by Run where there is no way to stay the parent
// of a program that replaces its process.
var ErrNotSupported = errors.New("supervise works on Linux only; start the program itself")

// Options say what runs, and how.
type Options struct {
	Args                  []string // command line; Args[0] is looked up in PATH if it has no slash
	Env                   []string
	Stdin, Stdout, Stderr *os.File
	// Become is the command that runs the function Become. A program that gets
	// sockets is started through it.
	Become []string
	// Guard is the command that runs proc.RunGuard; for Leash.
	Guard []string
	// StopTimeout is how long the program may take to end after TERM, INT or
	// QUIT; then everything below the parent gets SIGKILL. 0: for ever, since
	// whoever has sent the signal has a limit already.
	StopTimeout time.Duration
	// Restart starts a program again that did not end with exit code 0 and was
	// not asked to stop. It keeps the program's listening sockets meanwhile.
	Restart bool
	// Leash ends the program with SIGKILL if the parent is killed.
	Leash bool
	// Say tells the operator one line. It is called from Run.
	Say func(text string)
}

// StartError says that the program could not be started at all.
type StartError struct {
	Code int // for the exit, as a shell has it: 127 not found, 126 not to be run
	Err  error
}

func (e *StartError) Error() string { return e.Err.Error() }

func (e *StartError) Unwrap() error { return e.Err }

// ExitCode is Code.
func (e *StartError) ExitCode() int { return e.Code }
