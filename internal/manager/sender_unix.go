//go:build unix

package manager

import (
	"os"
	"syscall"
)

func rights(m syscall.SocketControlMessage) []*os.File {
	fds, err := syscall.ParseUnixRights(&m)
	if err != nil {
		return nil
	}
	var files []*os.File
	for _, fd := range fds {
		syscall.CloseOnExec(fd)
		files = append(files, os.NewFile(uintptr(fd), "stored"))
	}
	return files
}
