//go:build unix

package job

import "syscall"

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func interruptGroup(pid int) { syscall.Kill(-pid, syscall.SIGINT) }
