//go:build unix

package builder

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// notAsInSh are the characters that the platform's shell reads otherwise than sh.
const notAsInSh = ""

// tempVariable names the folder for temporary files of linkers and C compilers.
const tempVariable = "TMPDIR"

func shellCommand(ctx context.Context, line string) *exec.Cmd {
	return exec.CommandContext(ctx, "/bin/sh", "-c", line)
}

// A family is a command and all that it starts: a process group, whose members
// also hold the write end of a pipe, the lease. A killed process closes its
// files when it ends, so the end of file on the read end says that all are gone.
// Asking kill(2) instead would mean to poll, and would not end where nobody
// reaps orphans, as in a container whose first process is not an init. Standard
// output will not do: cmd/go gives its children pipes of their own.
type family struct {
	cmd    *exec.Cmd
	lease  *os.File // read end
	holder *os.File // write end, until the command has inherited it
}

func contain(cmd *exec.Cmd) (*family, error) {
	lease, holder, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	f := &family{cmd, lease, holder}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.ExtraFiles = []*os.File{holder}
	cmd.Cancel = f.kill
	return f, nil
}

func (f *family) started() {
	f.holder.Close()
}

func (f *family) release() {
	f.holder.Close()
	f.lease.Close()
}

func (f *family) kill() error {
	err := syscall.Kill(-f.cmd.Process.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// end kills what is left of the family and waits until it is gone.
func (f *family) end() bool {
	if f.kill() == os.ErrProcessDone {
		return true
	}
	if err := f.lease.SetReadDeadline(time.Now().Add(lastGasp)); err != nil {
		return false
	}
	if _, err := f.lease.Read(make([]byte, 1)); err == io.EOF {
		return true
	}
	// Somebody who left the group, as daemons do, may hold the lease for long.
	return f.kill() == os.ErrProcessDone
}
