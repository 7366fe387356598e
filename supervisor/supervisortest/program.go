package supervisortest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Program says how to start a server as a process and how to upgrade it.
type Program struct {
	Path   string    // the binary
	Args   []string  // its arguments
	Dir    string    // where it runs; here if empty
	Env    []string  // added to the environment of this process; the last value of a name counts
	Signal os.Signal // asks the generation that serves for an upgrade
	URL    string    // where it answers, for example http://127.0.0.1:8080

	// Ask asks the generation that serves, whose PID it gets, for an upgrade, in
	// place of Signal: over HTTP, with a command, in any other way. It may return
	// before the upgrade has succeeded; an error of it fails Process.Upgrade.
	Ask func(ctx context.Context, pid int) error

	// PIDPath answers a GET with the PID of the process that serves, and with
	// nothing else; "/pid" if empty.
	PIDPath string

	// Output takes what all generations print; nothing if nil. Process.Output
	// has the end of it either way.
	Output io.Writer
}

// Start starts the program and returns when it answers, or with an error when
// it ends before or ctx is done. The caller has to call Stop.
func (p Program) Start(ctx context.Context) (*Process, error) {
	process, err := p.Launch()
	if err != nil {
		return nil, err
	}
	if _, err := process.Next(ctx); err != nil {
		return nil, errors.Join(err, process.Stop(ctx))
	}
	return process, nil
}

// Launch starts the program and does not wait until it answers, for programs
// that are to fail or to be killed before. The caller has to call Stop.
func (p Program) Launch() (*Process, error) {
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.SysProcAttr = ownGroup()
	// A pipe, even when the output is not wanted: every generation inherits it,
	// so that Wait returns when the last one has ended, whoever its parent is.
	out := newTranscript(cmp.Or(p.Output, io.Discard))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	process := &Process{program: p, cmd: cmd, out: out, ended: make(chan struct{})}
	go process.wait()
	return process, nil
}
