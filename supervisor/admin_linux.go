package supervisor

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
)

// listenAdmin opens an abstract unix socket (unix(7)): it needs no folder, goes
// away with the process, and can be found by whoever sees the process. PIDs
// mean something only together with their namespace, of which there may be
// several in one network, so the name has both.
func listenAdmin() (net.Listener, error) {
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return nil, fmt.Errorf("find the PID namespace (is /proc mounted?): %w", err)
	}
	space = strings.TrimSuffix(strings.TrimPrefix(space, "pid:["), "]")
	return net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: fmt.Sprintf("@ginreload-%s-%d", space, os.Getpid())})
}

// admitted checks who is calling, since an abstract socket has no permissions:
// the user of this process and root are let in.
func admitted(nc net.Conn) error {
	raw, err := nc.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var peer *syscall.Ucred
	var callErr error
	err = raw.Control(func(fd uintptr) {
		peer, callErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	switch {
	case err != nil:
		return err
	case callErr != nil:
		return os.NewSyscallError("getsockopt SO_PEERCRED", callErr)
	case peer.Uid != 0 && int(peer.Uid) != os.Geteuid():
		return fmt.Errorf("user %d may not operate a process of user %d; only that user and root may", peer.Uid, os.Geteuid())
	}
	return nil
}
