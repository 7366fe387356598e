package manager

import (
	"net"
	"os"
)

func wantCredentials(*net.UnixConn) error { return nil }

func ancillary([]byte) (sender Sender, files []*os.File) { return Sender{UID: os.Getuid()}, nil }
