package builder

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// notAsInSh are the characters that the platform's shell reads otherwise than sh.
const notAsInSh = "\\'%^;\n"

// tempVariable names the folder for temporary files of linkers and C compilers.
const tempVariable = "TMP"

func shellCommand(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd")
	// cmd does not split its arguments as other programs do.
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `cmd /S /C "` + line + `"`}
	return cmd
}

// A family is a command and all that it starts, found by the parent of each
// when it has to be killed.
type family struct {
	cmd *exec.Cmd
}

func contain(cmd *exec.Cmd) (*family, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	// Our console's Ctrl-C is for us; the build is cancelled by us.
	cmd.SysProcAttr.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP
	f := &family{cmd}
	cmd.Cancel = f.kill
	return f, nil
}

func (f *family) started() {}

func (f *family) release() {}

func (f *family) kill() error {
	taskkill := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(f.cmd.Process.Pid))
	if err := taskkill.Run(); err == nil {
		return nil
	}
	return f.cmd.Process.Kill()
}

// end is done already: taskkill returns when it has ended the whole tree.
func (f *family) end() bool {
	err := f.cmd.Process.Signal(os.Kill)
	return err == nil || err == os.ErrProcessDone
}
