//go:build amd64 || arm64

package sockets

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Offsets into struct seccomp_data (seccomp(2)), for little-endian machines.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArg3   = 16 + 3*8
)

// filter reports what reported names, and accept calls that ask for a blocking
// connection: who wants a non-blocking one waits in epoll, where it can be
// parked without paying for each call.
func filter() []bpf.Instruction {
	const allow, report = unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_USER_NOTIF
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: allow},
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_ACCEPT4, SkipTrue: 4},
		bpf.LoadAbsolute{Off: offsetArg3, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: unix.SOCK_NONBLOCK, SkipTrue: 1},
		bpf.RetConstant{Val: report},
		bpf.RetConstant{Val: allow},
	}
	for _, number := range reported {
		program = append(program,
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: number, SkipTrue: 1},
			bpf.RetConstant{Val: report})
	}
	return append(program, bpf.RetConstant{Val: allow})
}

// underFilter calls f on a thread of its own that has the filter, so that what
// f starts is born with it, and returns the descriptor on which it reports.
// The rest of this process is never filtered.
func underFilter(f func() error) (notify *os.File, err error) {
	fd := -1
	onThread(func() {
		if fd, err = install(filter()); err != nil {
			return
		}
		if err = f(); err != nil {
			unix.Close(fd)
		}
	})
	if err != nil {
		return nil, err
	}
	unix.SetNonblock(fd, true) // so that the runtime polls it
	return os.NewFile(uintptr(fd), "seccomp notifications"), nil
}

// install puts the calling thread under the filter.
func install(program []bpf.Instruction) (notify int, err error) {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return 0, fmt.Errorf("assemble the seccomp filter: %w", err)
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	set := func() (int, unix.Errno) {
		fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
			unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&fprog)))
		return int(fd), errno
	}
	fd, errno := set()
	if errno == unix.EACCES {
		// Without CAP_SYS_ADMIN the kernel wants a promise that nothing started
		// under the filter gains privileges (seccomp(2)): setuid has no effect.
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrRefused, os.NewSyscallError("prctl", err))
		}
		fd, errno = set()
	}
	switch errno {
	case 0:
		return fd, nil
	case unix.EBUSY:
		return 0, fmt.Errorf("%w: a seccomp filter above ginreload reports to somebody already", ErrRefused)
	case unix.ENOSYS, unix.EINVAL:
		return 0, fmt.Errorf("%w: the kernel has no seccomp notifications (Linux 5.10 has)", ErrRefused)
	}
	return 0, fmt.Errorf("%w: %w", ErrRefused, os.NewSyscallError("seccomp", errno))
}
