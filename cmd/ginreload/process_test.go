//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"

	"github.com/ginreload/ginreload/internal/event"
)

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

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
