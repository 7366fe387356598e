//go:build unix && !linux

package manager

import (
	"net"
	"os"
	"syscall"
)

func wantCredentials(*net.UnixConn) error { return nil }

func ancillary(oob []byte) (sender Sender, files []*os.File) {
	messages, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range messages {
		files = append(files, rights(m)...)
	}
	return Sender{UID: os.Getuid()}, files // the folder of the socket is ours alone
}
