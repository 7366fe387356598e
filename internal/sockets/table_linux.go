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
		if at, ok := t.placed[c.fd]; ok {
			if n, err := unix.IoctlGetInt(at, unix.SIOCINQ); err == nil && n > 0 {
				return true
			}
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
	placed map[int]int // where we have its sockets: at their numbers, unless the runtime has these
}

// onTable calls f on a thread with a table of its own, which ends with f, so
// that nothing of this process is in the way and nothing of it is lost. f must
// not open files.
func onTable(pid int, changes []rewriting, f func(*table)) (err error) {
	t := &table{sets: map[int]int{}, placed: map[int]int{}}
	for _, c := range changes {
		t.above = max(t.above, c.fd+1)
	}
	ofRuntime()
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
	at, ok := t.place(c.interest)
	switch {
	case !ok:
		return false
	case at != c.fd:
		return t.lend(set, c.op, at, c.fd, &event) == nil
	}
	return unix.EpollCtl(set, c.op, at, &event) == nil
}

// place gives the socket of an entry its number here, if it can.
func (t *table) place(i interest) (at int, ok bool) {
	if at, ok := t.placed[i.fd]; ok {
		return at, true
	}
	own, err := t.duplicate(i.fd)
	if err != nil {
		return -1, false
	}
	switch {
	case inodeOf(own) != i.inode:
		unix.Close(own)
		return -1, false // closed meanwhile, and the number used again
	case ofRuntime()[i.fd]:
		at, err = t.raise(own)
	case own != i.fd:
		err = unix.Dup3(own, i.fd, unix.O_CLOEXEC)
		unix.Close(own)
		at = i.fd
	default:
		at = own
	}
	if err != nil {
		return -1, false
	}
	t.placed[i.fd] = at
	return at, true
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
