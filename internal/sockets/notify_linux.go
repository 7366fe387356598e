//go:build amd64 || arm64

package sockets

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The structures and requests of seccomp_unotify(2), which x/sys has only in
// part.

// call is a system call of the program that waits for an answer.
type call struct {
	id    uint64
	tid   uint32 // of the thread that called
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

type response struct {
	id    uint64
	value int64
	err   int32
	flags uint32
}

type addition struct {
	id          uint64
	flags       uint32
	source      uint32
	target      uint32
	targetFlags uint32
}

const (
	ioctlValid = 0x40082102 // SECCOMP_IOCTL_NOTIF_ID_VALID: _IOW('!', 2, __u64)
	ioctlAdd   = 0x40182103 // SECCOMP_IOCTL_NOTIF_ADDFD: _IOW('!', 3, struct seccomp_notif_addfd)
)

// notifier is the descriptor of one generation's filter.
type notifier struct{ file *os.File }

// next waits for a call; false when no process has the filter any more, or
// the notifier is closed.
func (n notifier) next() (call, bool) {
	raw, err := n.file.SyscallConn()
	if err != nil {
		return call{}, false
	}
	var got call
	ok := false
	err = raw.Read(func(fd uintptr) bool {
		for {
			// The ioctl would block until there is one, and cannot be called off.
			p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			if k, err := unix.Poll(p, 0); err != nil || k == 0 {
				return err != nil && err != unix.EINTR
			}
			if p[0].Revents&unix.POLLIN == 0 {
				return true // POLLHUP: all have ended
			}
			got = call{}
			errno := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&got))
			if errno == 0 {
				ok = true
				return true
			}
			if errno != unix.EINTR && errno != unix.ENOENT { // the caller is gone
				return true
			}
		}
	})
	return got, ok && err == nil
}

// proceed has the kernel carry the call out as if nobody had looked.
func (n notifier) proceed(c call) {
	n.send(response{id: c.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE})
}

// answer ends the call with success, or with an error.
func (n notifier) answer(c call, errno unix.Errno) { n.send(response{id: c.id, err: -int32(errno)}) }

// send ignores errors: the only one is that the caller does not wait any more.
func (n notifier) send(r response) {
	n.control(func(fd uintptr) { ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) })
}

// waits reports whether the caller still waits, so that what was learnt by its
// PID is about it and not about a process that came after it.
func (n notifier) waits(c call) bool {
	ok := false
	n.control(func(fd uintptr) { ok = ioctl(fd, ioctlValid, unsafe.Pointer(&c.id)) == 0 })
	return ok
}

// replace makes the caller's descriptor target a duplicate of source.
func (n notifier) replace(c call, source, target int, closeOnExec bool) error {
	a := addition{id: c.id, flags: unix.SECCOMP_ADDFD_FLAG_SETFD, source: uint32(source), target: uint32(target)}
	if closeOnExec {
		a.targetFlags = unix.O_CLOEXEC
	}
	var errno unix.Errno
	n.control(func(fd uintptr) { errno = ioctl(fd, ioctlAdd, unsafe.Pointer(&a)) })
	if errno != 0 {
		return os.NewSyscallError("ioctl SECCOMP_IOCTL_NOTIF_ADDFD", errno)
	}
	return nil
}

func (n notifier) control(f func(fd uintptr)) {
	if raw, err := n.file.SyscallConn(); err == nil {
		raw.Control(f)
	}
}

func ioctl(fd uintptr, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, request, uintptr(arg))
	return errno
}
