//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

// alive reports whether a process runs. One that has ended and that nobody has
// collected yet still takes signals; Linux says so (proc_pid_stat(5)).
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprint("/proc/", pid, "/stat"))
	return syscall.Kill(pid, 0) == nil && (err != nil || !bytes.Contains(stat, []byte(") Z ")))
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// text is everything that an event says.
func text(e event.Event) string {
	raw, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	out := string(raw)
	if e.Exit != nil && e.Exit.Signal == "" {
		out += fmt.Sprint(" exit code ", e.Exit.Code)
	}
	if e.Build != nil {
		for _, d := range e.Build.Diagnostics {
			out += fmt.Sprintf(" %s:%d:%d: ", d.File, d.Line, d.Column)
		}
	}
	return out
}
