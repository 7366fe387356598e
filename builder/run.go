package builder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// ErrStillRunning says that processes of a cancelled build survived SIGKILL,
// which happens to those that wait for a dead network file system.
var ErrStillRunning = errors.New("processes of the build are still running")

// lastGasp bounds how long a killed process may take to be gone, and how long
// a command's output is awaited after the command itself has ended.
const lastGasp = 3 * time.Second

// finished is a command that ran to its end, or was killed because of ctx.
type finished struct {
	output  string
	state   *os.ProcessState // nil if it was killed because of ctx
	elapsed time.Duration
}

// run runs cmd, which was made with ctx, as a process tree of its own; live, if
// not nil, gets what it prints at once. An error means that it could not be
// started, or that it could not be killed.
func run(ctx context.Context, cmd *exec.Cmd, live io.Writer) (finished, error) {
	var printed transcript
	// One writer for both keeps the lines in order.
	var to io.Writer = &printed
	if live != nil {
		to = io.MultiWriter(to, live)
	}
	cmd.Stdout, cmd.Stderr = to, to
	cmd.WaitDelay = lastGasp

	family, err := contain(cmd)
	if err != nil {
		return finished{}, explain("prepare to run "+cmd.Path, err)
	}
	defer family.release()

	started := time.Now()
	if err := cmd.Start(); err != nil {
		if ctx.Err() != nil {
			return finished{}, nil
		}
		return finished{}, explain("run "+cmd.Path, err)
	}
	family.started()
	err = cmd.Wait()
	if ctx.Err() != nil {
		if family.end() {
			return finished{output: printed.String(), elapsed: time.Since(started)}, nil
		}
		return finished{}, fmt.Errorf("cancel the build: %w: process group %d; look at them with `pgrep -a -g %[2]d`", ErrStillRunning, cmd.Process.Pid)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return finished{}, explain("wait for "+cmd.Path, err)
	}
	return finished{printed.String(), cmd.ProcessState, time.Since(started)}, nil
}
