//go:build amd64 || arm64

package sockets

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Go's runtime has two descriptors of its own: the epoll set for all its files,
// and an eventfd that wakes who waits for it. It polls the one and writes to the
// other whenever it likes, on each thread, by numbers that it keeps to itself. If
// one of them were a socket of the program in the table of a thread, the
// runtime would end this process, or write into that socket.

// ofRuntime has the numbers of these two, which never change.
var ofRuntime = sync.OnceValue(func() map[int]bool {
	if r, w, err := os.Pipe(); err == nil { // the first file that can be polled makes them
		r.Close()
		w.Close()
	}
	found := map[int]bool{}
	own, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range own {
		fd := 0
		if _, err := fmt.Sscan(entry.Name(), &fd); err != nil {
			continue
		}
		switch target, _ := os.Readlink("/proc/self/fd/" + entry.Name()); target {
		case "anon_inode:[eventpoll]", "anon_inode:[eventfd]":
			found[fd] = true
		}
	}
	return found
})

// lend is epoll_ctl(2) for what this table has at fd, as if it had it at number,
// which is the runtime's again before that can run: between the two it is given no
// signal and calls no function that it could be preempted in.
func (t *table) lend(set, op, fd, number int, event *unix.EpollEvent) error {
	saved, err := unix.FcntlInt(uintptr(number), unix.F_DUPFD_CLOEXEC, t.above)
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	defer unix.Close(saved)
	const setMask, size = 2, 8
	all, before := ^uint64(0), uint64(0)
	syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&before)), size, 0, 0)
	_, _, errno := syscall.RawSyscall(unix.SYS_DUP3, uintptr(fd), uintptr(number), unix.O_CLOEXEC)
	if errno == 0 {
		_, _, errno = syscall.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(set), uintptr(op), uintptr(number), uintptr(unsafe.Pointer(event)), 0, 0)
		syscall.RawSyscall(unix.SYS_DUP3, uintptr(saved), uintptr(number), unix.O_CLOEXEC)
	}
	syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&before)), 0, size, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("epoll_ctl", errno)
	}
	return nil
}
