package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
)

// Command is what Start runs.
type Command struct {
	Args   []string // Args[0] is looked up in PATH if it has no slash
	Line   string   // for the shell, instead of Args
	Dir    string
	Env    []string
	Stdin  *os.File // nil: the null device
	Stdout *os.File
	Stderr *os.File
	Files  []*os.File // become descriptors 3 and up
}

// Process is a child in a process group of its own. Its methods may be called
// from any goroutine.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	exit Exit // valid once done is closed
}

// Start runs c. The caller waits for Done.
func Start(c Command) (*Process, error) {
	var cmd *exec.Cmd
	if c.Line != "" {
		cmd = inShell(c.Line)
	} else {
		cmd = exec.Command(c.Args[0], c.Args[1:]...)
		cmd.SysProcAttr = ownGroup()
	}
	cmd.Dir, cmd.Env = c.Dir, c.Env
	if c.Stdin != nil { // a nil file would not be a nil reader
		cmd.Stdin = c.Stdin
	}
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = c.Stdout, c.Stderr, c.Files
	if err := cmd.Start(); err != nil {
		if path := (*fs.PathError)(nil); errors.As(err, &path) && path.Path == cmd.Path {
			err = path.Err // the rest only repeats the name
		}
		return nil, fmt.Errorf("start %s: %w", cmd.Args[0], err)
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		cmd.Wait()
		p.exit = ExitOf(cmd.ProcessState)
	}()
	return p, nil
}

// PID is the process's, and that of its group.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended and is reaped. Others of its group
// may live on.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit says how it ended; valid after Done.
func (p *Process) Exit() Exit { return p.exit }
