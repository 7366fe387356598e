//go:build amd64 || arm64

package sockets

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// interest is an entry of an epoll set: what a process waits for on one of its
// descriptors.
type interest struct {
	set    int // descriptor of the set in the process
	fd     int // that it waits for, in the process
	inode  uint64
	events uint32
	data   uint64 // what the process gets back with an event
}

// incoming are the events that make a program read or accept.
const incoming = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLPRI | unix.EPOLLRDNORM

// interests reads an epoll set of a process.
func interests(pid, set int) []interest {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, set))
	return parseInterests(set, text)
}

// waitedFor lists the entries of all sets that a process has open.
func waitedFor(open []descriptor, pid int) (all []interest) {
	for _, d := range open {
		if d.epoll {
			all = append(all, interests(pid, d.fd)...)
		}
	}
	return all
}

// parseInterests reads what proc_pid_fdinfo(5) has for a set. Lines that it does
// not understand are left out.
func parseInterests(set int, text []byte) []interest {
	var all []interest
	for line := range bytes.Lines(text) {
		// tfd:  5 events: 8000201d data: 3fc96fd1f7000002  pos:0 ino:8830d sdev:9
		f := bytes.Fields(line)
		if len(f) < 8 || string(f[0]) != "tfd:" {
			continue
		}
		fd, err := strconv.ParseUint(string(f[1]), 10, 31)
		events, err2 := strconv.ParseUint(string(f[3]), 16, 32)
		data, err3 := strconv.ParseUint(string(f[5]), 16, 64)
		inode, err4 := strconv.ParseUint(string(bytes.TrimPrefix(f[7], []byte("ino:"))), 16, 64)
		if err == nil && err2 == nil && err3 == nil && err4 == nil {
			all = append(all, interest{set, int(fd), inode, uint32(events), data})
		}
	}
	return all
}

// rewriting is a change to a set: the operation of epoll_ctl(2), and the entry
// as it is to be.
type rewriting struct {
	op int
	interest
}
