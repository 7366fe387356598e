//go:build amd64 || arm64

package sockets

import (
	"bufio"
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

// interests reads an epoll set of a process (proc_pid_fdinfo(5)).
func interests(pid, set int) []interest {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", pid, set))
	if err != nil {
		return nil
	}
	var all []interest
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		// tfd:  5 events: 8000201d data: 3fc96fd1f7000002  pos:0 ino:8830d sdev:9
		f := bytes.Fields(lines.Bytes())
		if len(f) < 8 || string(f[0]) != "tfd:" {
			continue
		}
		fd, err := strconv.Atoi(string(f[1]))
		events, err2 := strconv.ParseUint(string(f[3]), 16, 32)
		data, err3 := strconv.ParseUint(string(f[5]), 16, 64)
		inode, err4 := strconv.ParseUint(string(bytes.TrimPrefix(f[7], []byte("ino:"))), 16, 64)
		if err == nil && err2 == nil && err3 == nil && err4 == nil {
			all = append(all, interest{set, fd, inode, uint32(events), data})
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
