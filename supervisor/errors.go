package supervisor

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that a caller of New, Run or Upgrade may want to tell apart.
var (
	// ErrAlreadyCreated is returned by the second New in a process.
	ErrAlreadyCreated = errors.New("supervisor: this process has a supervisor already; New can be called once")
	// ErrNotSupported is returned by Upgrade where a process cannot pass its sockets on.
	ErrNotSupported = errors.New("supervisor: this platform cannot upgrade in place; restart the program instead")
	// ErrNotReady is returned by Upgrade before Run serves.
	ErrNotReady = errors.New("supervisor: not serving yet; call Run first")
	// ErrUpgrading is returned by Upgrade while another one is under way.
	ErrUpgrading = errors.New("supervisor: another upgrade is under way")
	// ErrReplaced is returned by Upgrade once a newer process has taken over.
	ErrReplaced = errors.New("supervisor: a newer process has taken over; signal that one")
	// ErrStopping is returned by Upgrade once a stop was asked for.
	ErrStopping = errors.New("supervisor: stopping")
	// ErrSpent is returned by Upgrade in a process whose one success with
	// tableflip went to a binary that does not use this package, and was
	// ended for that: it serves on, but cannot upgrade.
	ErrSpent = errors.New("supervisor: a binary without supervisor has used up the upgrade of this process; restart the program to upgrade")
	// ErrRunning is returned by a second Run.
	ErrRunning = errors.New("supervisor: Run was called before")
	// ErrNoState is returned by Receive and ReceiveFile if the process before
	// this one offers nothing of that name, or there is none.
	ErrNoState = errors.New("supervisor: no such state was offered")
)

// Reason is the part of an upgrade that failed. The texts are stable.
type Reason string

// Reasons for which an upgrade can fail.
const (
	ReasonBinary    Reason = "binary"     // the pre-flight found fault with the new binary, or BeforeUpgrade did
	ReasonStart     Reason = "start"      // the system could not start it
	ReasonExit      Reason = "exit"       // it ended before it had taken over
	ReasonUnready   Reason = "unready"    // it found by itself that it cannot serve: Options.Ready, or state that it does not understand
	ReasonTimeout   Reason = "timeout"    // it was not there in time
	ReasonProbe     Reason = "probe"      // it did not answer as it should
	ReasonProtocol  Reason = "protocol"   // it speaks another version of the hand-over, or none
	ReasonCalledOff Reason = "called off" // the context of Upgrade ended, or a stop was asked for
)

// UpgradeError says why the new process did not take over. The process that
// Upgrade was called in goes on serving as before.
type UpgradeError struct {
	Reason Reason
	PID    int      // of the new process, 0 if it is not known or was never started
	Status string   // how it ended, as os.ProcessState prints it ("exit status 2", "signal: killed"); "" if it did not
	Stderr []string // its last lines of stderr; empty when stderr is a terminal, which has shown them
	Stack  []string // where its main goroutine was, if it had to be ended by force
	Err    error    // what went wrong
}

func (e *UpgradeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "upgrade: %v", e.Err)
	if e.PID != 0 {
		fmt.Fprintf(&b, " (pid %d)", e.PID)
	}
	if len(e.Stderr) > 0 {
		fmt.Fprintf(&b, "; it said: %s", strings.Join(e.Stderr, " | "))
	}
	if len(e.Stack) > 0 {
		fmt.Fprintf(&b, "; its main was at: %s", strings.Join(e.Stack, " | "))
	}
	return b.String()
}

func (e *UpgradeError) Unwrap() error { return e.Err }

// CutError is returned by Run when connections had to be closed before they
// were done: the drain deadline passed, or a second signal asked for it.
type CutError struct {
	Why         string // "drain deadline", "second signal", "context"
	Connections int    // connections that were closed with work in flight
	Report      DrainReport
}

func (e *CutError) Error() string {
	return fmt.Sprintf("supervisor: %s: closed %d connections that were still in use: %s", e.Why, e.Connections, listRoutes(e.Report.Cut))
}
