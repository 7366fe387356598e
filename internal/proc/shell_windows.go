package proc

import "os/exec"

func inShell(line string) *exec.Cmd {
	cmd := exec.Command("cmd")
	cmd.SysProcAttr = ownGroup()
	// cmd does not split its arguments as other programs do.
	cmd.SysProcAttr.CmdLine = `cmd /S /C "` + line + `"`
	return cmd
}
