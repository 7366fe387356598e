package app

import (
	"net"
	"os"
)

func wantCredentials(*net.UnixConn) error { return nil }

func ancillary([]byte) (pid int, files []*os.File) { return 0, nil }
