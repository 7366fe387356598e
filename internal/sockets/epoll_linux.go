//go:build amd64 || arm64

package sockets

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
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

// rewrite changes epoll sets of another process, and returns which changes
// were made. A set knows its entries by file and by number, so the number has
// to mean the same file to the caller: a thread with a table of descriptors of
// its own can arrange that, and loses nothing.
func rewrite(pid int, changes []rewriting) (made []rewriting, err error) {
	if len(changes) == 0 {
		return nil, nil
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends, and its table with it
		if err = os.NewSyscallError("unshare", unix.Unshare(unix.CLONE_FILES)); err == nil {
			made, err = rewriteHere(pid, changes)
		}
	}()
	<-done
	return made, err
}

func rewriteHere(pid int, changes []rewriting) (made []rewriting, err error) {
	above := 0
	for _, c := range changes {
		above = max(above, c.fd+1)
	}
	p, err := open(pid)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if p.fd, err = raise(p.fd, above); err != nil {
		return nil, err
	}
	sets := map[int]int{}
	for _, c := range changes {
		set, ok := sets[c.set]
		if !ok {
			if set, err = p.duplicate(c.set); err != nil {
				return made, err
			}
			if set, err = raise(set, above); err != nil {
				return made, err
			}
			sets[c.set] = set
		}
		own, err := p.duplicate(c.fd)
		if err != nil {
			continue // closed meanwhile
		}
		if own != c.fd {
			unix.Dup3(own, c.fd, unix.O_CLOEXEC)
			unix.Close(own)
		}
		event := unix.EpollEvent{Events: c.events, Fd: int32(uint32(c.data)), Pad: int32(c.data >> 32)}
		if inodeOf(c.fd) == c.inode && unix.EpollCtl(set, c.op, c.fd, &event) == nil {
			made = append(made, c)
		}
		unix.Close(c.fd)
	}
	return made, nil
}

// raise moves a descriptor out of the way of those below.
func raise(fd, above int) (int, error) {
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, above)
	unix.Close(fd)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	return high, nil
}
