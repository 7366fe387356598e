//go:build amd64 || arm64

package sockets

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// rewrite changes epoll sets of another process, and returns which changes
// were made.
func rewrite(pid int, changes []rewriting) (made []rewriting, err error) {
	if len(changes) == 0 {
		return nil, nil
	}
	err = onTable(pid, changes, func(t *table) {
		for _, c := range changes {
			if t.apply(c) {
				made = append(made, c)
			}
		}
	})
	return made, err
}

// feedTime is how long feed waits for the program to read; feedPause is how
// often it looks.
const (
	feedTime  = 2 * time.Millisecond
	feedPause = 20 * time.Microsecond
)

// feed has the program read what has come on connections that are parked, and
// no more than that: they are parked again before an answer can be followed by
// the next request. The kernel has no event for what another process reads.
func feed(pid int, fed []*connection) error {
	var waking []rewriting
	for _, c := range fed {
		waking = append(waking, rewriting{unix.EPOLL_CTL_MOD, c.entry})
	}
	return onTable(pid, waking, func(t *table) {
		for _, w := range waking {
			t.apply(w)
		}
		pause := unix.NsecToTimespec(int64(feedPause))
		for begun := time.Now(); t.unread(fed) && time.Since(begun) < feedTime; {
			unix.Ppoll(nil, &pause, nil)
		}
		for _, w := range waking {
			w.events &^= incoming
			t.apply(w)
		}
	})
}

func (t *table) unread(all []*connection) bool {
	for _, c := range all {
		if n, err := unix.IoctlGetInt(c.fd, unix.SIOCINQ); t.placed[c.fd] && err == nil && n > 0 {
			return true
		}
	}
	return false
}

// table is a table of descriptors in which those of another process have the
// numbers that they have there. An epoll set knows its entries by file and by
// number, so only from such a table they can be changed.
type table struct {
	process
	above  int         // numbers of the process are below
	sets   map[int]int // where we have its epoll sets
	placed map[int]bool
}

// onTable calls f on a thread with a table of its own, which ends with f, so
// that nothing of this process is in the way and nothing of it is lost. f must
// not open files.
func onTable(pid int, changes []rewriting, f func(*table)) (err error) {
	t := &table{sets: map[int]int{}, placed: map[int]bool{}}
	for _, c := range changes {
		t.above = max(t.above, c.fd+1)
	}
	onThread(func() {
		if err = os.NewSyscallError("unshare", unix.Unshare(unix.CLONE_FILES)); err != nil {
			return
		}
		if t.process, err = open(pid); err != nil {
			return
		}
		if t.process.fd, err = t.raise(t.process.fd); err == nil {
			f(t)
		}
	})
	return err
}

// apply changes one entry; false if it is not there any more.
func (t *table) apply(c rewriting) bool {
	set, ok := t.sets[c.set]
	if !ok {
		set, err := t.duplicate(c.set)
		if err != nil {
			return false
		}
		if set, err = t.raise(set); err != nil {
			return false
		}
		t.sets[c.set] = set
		return t.apply(c)
	}
	event := unix.EpollEvent{Events: c.events, Fd: int32(uint32(c.data)), Pad: int32(c.data >> 32)}
	return t.place(c.interest) && unix.EpollCtl(set, c.op, c.fd, &event) == nil
}

// place gives the socket of an entry its number here.
func (t *table) place(i interest) bool {
	if t.placed[i.fd] {
		return true
	}
	own, err := t.duplicate(i.fd)
	if err != nil {
		return false
	}
	if own != i.fd {
		unix.Dup3(own, i.fd, unix.O_CLOEXEC)
		unix.Close(own)
	}
	if inodeOf(i.fd) != i.inode {
		return false // closed meanwhile, and the number used again
	}
	t.placed[i.fd] = true
	return true
}

// raise moves a descriptor out of the way of those of the process.
func (t *table) raise(fd int) (int, error) {
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, t.above)
	unix.Close(fd)
	if err != nil {
		return -1, os.NewSyscallError("fcntl", err)
	}
	return high, nil
}
