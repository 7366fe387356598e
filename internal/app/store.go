package app

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ginreload/ginreload/internal/proc"
)

// store keeps the listening sockets that the program has given us, so that
// their queues outlive it.
type store struct {
	names []string
	files []*os.File
	paths []string // of unix sockets, to be removed at the end
}

// put keeps f under name, in place of an older one of that name.
func (s *store) put(name string, f *os.File, session *proc.Session) {
	if i := slices.Index(s.names, name); i >= 0 {
		s.files[i].Close()
		s.files[i] = f
	} else {
		s.names, s.files = append(s.names, name), append(s.files, f)
	}
	ln, err := net.FileListener(f)
	if err != nil {
		return
	}
	defer ln.Close()
	u, ok := ln.(*net.UnixListener)
	if !ok {
		return
	}
	u.SetUnlinkOnClose(false)
	if path := u.Addr().String(); strings.HasPrefix(path, "/") {
		s.paths = append(s.paths, path)
		session.Remember(proc.LeftPath, path)
	}
}

// clear gives the sockets up: whoever still waits in their queues is reset.
func (s *store) clear() {
	for _, f := range s.files {
		f.Close()
	}
	s.names, s.files = nil, nil
}

// removePaths ends the life of the unix sockets.
func (s *store) removePaths() {
	for _, path := range s.paths {
		os.Remove(path)
	}
}

// activation returns the command line and environment with which args finds
// the stored sockets (sd_listen_fds(3)). LISTEN_PID must be the PID that the
// program will have, which only a process that becomes the program knows.
func (s *store) activation(args, env []string) ([]string, []string) {
	if len(s.files) == 0 {
		return args, env
	}
	env = append(env, "LISTEN_FDS="+strconv.Itoa(len(s.files)), "LISTEN_FDNAMES="+strings.Join(s.names, ":"))
	return append([]string{"/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`}, args...), env
}
