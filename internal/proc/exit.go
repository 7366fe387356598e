package proc

import (
	"fmt"
	"os"
)

// Exit says how a process ended.
type Exit struct {
	Code   int    // -1 if a signal ended it
	Signal string // "SIGKILL", "" if none
	Known  bool   // false if somebody else reaped it and the status is lost
}

// OK reports an exit with status 0.
func (e Exit) OK() bool { return e.Known && e.Code == 0 && e.Signal == "" }

func (e Exit) String() string {
	switch {
	case !e.Known:
		return "ended"
	case e.Signal != "":
		return "killed by " + e.Signal
	}
	return fmt.Sprintf("exit code %d", e.Code)
}

// ExitOf is how a process ended that was waited for.
func ExitOf(state *os.ProcessState) Exit {
	if state == nil {
		return Exit{}
	}
	return Exit{Code: state.ExitCode(), Signal: signalOf(state), Known: true}
}
