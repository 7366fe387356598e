//go:build unix

package proc

import "os/exec"

func inShell(line string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", line)
	cmd.SysProcAttr = ownGroup()
	return cmd
}
