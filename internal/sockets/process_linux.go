//go:build amd64 || arm64

package sockets

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// process is a process of the program, looked into from outside. That needs
// the right to trace it (PTRACE_MODE_ATTACH, ptrace(2)), which the parent has.
type process struct {
	pid int
	fd  int // pidfd
}

// open looks into a process. It uses no file but the one that it returns.
func open(pid int) (process, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return process{}, fmt.Errorf("look into process %d: %w", pid, os.NewSyscallError("pidfd_open", err))
	}
	return process{pid, fd}, nil
}

func (p process) close() { unix.Close(p.fd) }

// leader is the process of a thread, as proc_pid_status(5) has it.
func leader(tid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	for line := range strings.Lines(string(text)) {
		if id, ok := strings.CutPrefix(line, "Tgid:"); ok {
			if pid, err := strconv.Atoi(strings.TrimSpace(id)); err == nil {
				return pid
			}
		}
	}
	return tid
}

// started is when a process was started, in ticks (proc_pid_stat(5)); "" if it
// has ended.
func started(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	const field = 22 - 3 // the name, in parentheses, is the second one
	if f := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]); len(f) > field {
		return string(f[field])
	}
	return ""
}

// duplicate returns our own descriptor of what the process has open as fd.
func (p process) duplicate(fd int) (int, error) {
	own, err := unix.PidfdGetfd(p.fd, fd, 0)
	if err != nil {
		return -1, fmt.Errorf("duplicate descriptor %d of process %d: %w", fd, p.pid, os.NewSyscallError("pidfd_getfd", err))
	}
	return own, nil
}

// memory copies n bytes of the process.
func (p process) memory(address uint64, n int) ([]byte, error) {
	buf := make([]byte, n)
	local := []unix.Iovec{{Base: &buf[0]}}
	local[0].SetLen(n)
	got, err := unix.ProcessVMReadv(p.pid, local, []unix.RemoteIovec{{Base: uintptr(address), Len: n}}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the memory of process %d: %w", p.pid, os.NewSyscallError("process_vm_readv", err))
	}
	return buf[:got], nil
}

// text reads a C string. Its last page may be the last that is mapped, so none
// is read across.
func (p process) text(address uint64) (string, error) {
	const page = 4096
	var all []byte
	for len(all) < unix.PathMax {
		part, err := p.memory(address, int(page-address%page))
		if err != nil {
			return "", err
		}
		if end := bytes.IndexByte(part, 0); end >= 0 {
			return string(append(all, part[:end]...)), nil
		}
		all, address = append(all, part...), address+uint64(len(part))
	}
	return "", unix.ENAMETOOLONG
}

// resolve makes a path of the process absolute; dir is what it is relative to.
func (p process) resolve(dir int, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	link := fmt.Sprintf("/proc/%d/cwd", p.pid)
	if dir != unix.AT_FDCWD {
		link = fmt.Sprintf("/proc/%d/fd/%d", p.pid, dir)
	}
	base, err := os.Readlink(link)
	if err != nil {
		return ""
	}
	return filepath.Join(base, path)
}

// closesOnExec reports whether the descriptor has FD_CLOEXEC (proc_pid_fdinfo(5)).
func (p process) closesOnExec(fd int) bool {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", p.pid, fd))
	for line := range strings.Lines(string(text)) {
		if flags, ok := strings.CutPrefix(line, "flags:"); ok {
			n, _ := strconv.ParseUint(strings.TrimSpace(flags), 8, 32)
			return n&unix.O_CLOEXEC != 0
		}
	}
	return false
}

// descriptor is a socket or epoll set that a process has open.
type descriptor struct {
	fd    int
	inode uint64 // of a socket
	epoll bool
}

// descriptors lists those of a process; ok is false if it has ended.
func descriptors(pid int) (found []descriptor, ok bool) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	d, err := os.Open(dir)
	if err != nil {
		return nil, false
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil || len(names) == 0 {
		return nil, false // a zombie has none
	}
	for _, name := range names {
		target, err := os.Readlink(dir + "/" + name)
		if err != nil {
			continue
		}
		fd, _ := strconv.Atoi(name)
		if inode, isSocket := strings.CutPrefix(target, "socket:["); isSocket {
			n, _ := strconv.ParseUint(strings.TrimSuffix(inode, "]"), 10, 64)
			found = append(found, descriptor{fd: fd, inode: n})
		} else if target == "anon_inode:[eventpoll]" {
			found = append(found, descriptor{fd: fd, epoll: true})
		}
	}
	return found, true
}

// inodeOf is the identity of a socket, whatever its descriptor.
func inodeOf(fd int) uint64 {
	var s unix.Stat_t
	if unix.Fstat(fd, &s) != nil {
		return 0
	}
	return s.Ino
}
