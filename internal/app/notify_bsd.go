//go:build unix && !linux

package app

import (
	"net"
	"os"
	"syscall"
)

func wantCredentials(*net.UnixConn) error { return nil }

func ancillary(oob []byte) (pid int, files []*os.File, ok bool) {
	messages, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range messages {
		files = append(files, rights(m)...)
	}
	return 0, files, true // the folder of the socket is ours alone
}
