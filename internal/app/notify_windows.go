package app

import (
	"net"
	"os"
)

func wantCredentials(*net.UnixConn) error { return nil }

func ancillary([]byte) (pid int, files []*os.File, ok bool) { return 0, nil, true }
