package manager

import (
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Room is how many sockets a Store takes, as StoreEnv tells the program.
const Room = 64

// StoreEnv says how many descriptors the service manager keeps for a program.
// systemd sets it since version 254 (FileDescriptorStoreMax=, systemd.exec(5)).
const StoreEnv = "FDSTORE"

// Store keeps the listening sockets of a program, so that their queues outlive
// it. It has one owner.
type Store struct {
	names []string
	files []*os.File
}

// Put keeps f under name, in place of an older one of that name. It returns
// the path of a unix socket that somebody has to remove in the end, "" for
// none. Without room it closes f.
func (s *Store) Put(name string, f *os.File) (path string) {
	if i := slices.Index(s.names, name); i >= 0 {
		s.files[i].Close()
		s.files[i] = f
	} else if len(s.files) == Room {
		f.Close()
		return ""
	} else {
		s.names, s.files = append(s.names, name), append(s.files, f)
	}
	ln, err := net.FileListener(f)
	if err != nil {
		return ""
	}
	defer ln.Close()
	u, ok := ln.(*net.UnixListener)
	if !ok {
		return ""
	}
	u.SetUnlinkOnClose(false)
	if path := u.Addr().String(); strings.HasPrefix(path, "/") {
		return path
	}
	return ""
}

// Remove gives one socket up (FDSTOREREMOVE=1).
func (s *Store) Remove(name string) {
	if i := slices.Index(s.names, name); i >= 0 {
		s.files[i].Close()
		s.names, s.files = slices.Delete(s.names, i, i+1), slices.Delete(s.files, i, i+1)
	}
}

// Files are the sockets, to become descriptors 3 and up of the program.
func (s *Store) Files() []*os.File { return s.files }

// Clear gives the sockets up: whoever still waits in their queues is reset.
func (s *Store) Clear() {
	for _, f := range s.files {
		f.Close()
	}
	s.names, s.files = nil, nil
}

// Activation returns the variables with which a program finds Files
// (sd_listen_fds(3)), but for LISTEN_PID: that is the PID which the program
// will have, and only a process that becomes the program knows it.
func (s *Store) Activation() []string {
	if len(s.files) == 0 {
		return nil
	}
	return []string{"LISTEN_FDS=" + strconv.Itoa(len(s.files)), "LISTEN_FDNAMES=" + strings.Join(s.names, ":")}
}
