package operator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ginreload/ginreload/internal/binary"
)

// look finds out what the name of a process's admin socket is made of, also of
// one in a container, from its files in /proc (proc_pid_status(5), NSpid).
func look(pid int) (process, error) {
	p := process{pid: pid, inner: pid}
	dir := "/proc/" + strconv.Itoa(pid)
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return p, err
	}
	if strings.HasPrefix(field(status, "State"), "Z") {
		return p, fmt.Errorf("process %d has ended: %w", pid, os.ErrNotExist) // only its parent does not know yet
	}
	if all := strings.Fields(field(status, "NSpid")); len(all) > 0 {
		if p.inner, err = strconv.Atoi(all[len(all)-1]); err != nil {
			return p, fmt.Errorf("read %s/status: %w", dir, err)
		}
	}
	p.exe, _ = os.Readlink(dir + "/exe")
	p.exe = strings.TrimSuffix(p.exe, " (deleted)")
	space, err := os.Readlink(dir + "/ns/pid")
	if errors.Is(err, os.ErrPermission) {
		// Another user's. If it is not in a container, its namespace is ours, and
		// it will say itself that it does not answer us.
		space, err = os.Readlink("/proc/self/ns/pid")
	}
	p.space = strings.TrimSuffix(strings.TrimPrefix(space, "pid:["), "]")
	return p, err
}

// field returns a line of /proc/PID/status without its name.
func field(status []byte, name string) string {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func (p process) socket() string { return fmt.Sprintf("@ginreload-%s-%d", p.space, p.inner) }

// connect reaches the admin socket of p. Any process may take a name before the
// right one does, so the kernel is asked whose socket it is (unix(7), SO_PEERCRED).
func connect(ctx context.Context, p process) (net.Conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", p.socket())
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%v: %w", p, errNoSocket)
	}
	if err != nil {
		return nil, fmt.Errorf("reach %v: %w", p, err)
	}
	raw, err := nc.(*net.UnixConn).SyscallConn()
	if err != nil {
		nc.Close()
		return nil, err
	}
	var peer *syscall.Ucred
	var callErr error
	err = raw.Control(func(fd uintptr) {
		peer, callErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err = errors.Join(err, callErr); err != nil {
		nc.Close()
		return nil, fmt.Errorf("find out who answers for %v: %w", p, err)
	}
	if int(peer.Pid) != p.pid {
		nc.Close()
		return nil, fmt.Errorf("the admin socket of %v belongs to process %d of user %d; nothing was sent to it", p, peer.Pid, peer.Uid)
	}
	return nc, nil
}

// elsewhere reports whether p is in another network, where abstract sockets
// cannot be reached.
func elsewhere(p process) bool {
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return false
	}
	its, err := os.Readlink("/proc/" + strconv.Itoa(p.pid) + "/ns/net")
	return err == nil && own != its
}

// running returns all processes that have an admin socket, of the users whose
// processes we may look at. The kernel lists the sockets in /proc/net/unix.
func running() ([]process, error) {
	table, err := os.ReadFile("/proc/self/net/unix")
	if err != nil {
		return nil, fmt.Errorf("list the sockets: %w", err)
	}
	names := make(map[string]bool)
	for line := range strings.Lines(string(table)) {
		columns := strings.Fields(line)
		if len(columns) == 8 && strings.HasPrefix(columns[7], "@ginreload-") {
			names[columns[7]] = true
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return siblings(func(p process) bool { return names[p.socket()] })
}

// siblings returns the processes that match, of the users whose processes we may look at.
func siblings(match func(process) bool) ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}
	var all []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || !ours(e) {
			continue
		}
		if p, err := look(pid); err == nil && match(p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b process) int { return a.pid - b.pid })
	return all, nil
}

// ours reports whether a process is of our user, or we are root.
func ours(e os.DirEntry) bool {
	if os.Geteuid() == 0 {
		return true
	}
	info, err := e.Info()
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// neighbour returns the process that p knows as pid.
func (p process) neighbour(pid int) (process, error) {
	if p.inner == p.pid {
		return look(pid)
	}
	found, err := siblings(func(o process) bool { return o.space == p.space && o.inner == pid })
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("process %d in the PID namespace of %v: %w", pid, p, os.ErrNotExist)
	}
	if err != nil {
		return process{}, err
	}
	return found[0], nil
}

// outside returns how a PID that p has told is seen from here; that of a process
// that is gone stays as it is.
func (p process) outside(pid int) int {
	if pid == 0 || p.inner == p.pid {
		return pid
	}
	if o, err := p.neighbour(pid); err == nil {
		return o.pid
	}
	return pid
}

// supervised returns errUnsupervised unless p embeds a supervisor. If it does so
// without using it, SIGUSR2 has no effect, as on every Go program that has not
// asked for it (os/signal); another program might end.
func supervised(p process) error {
	if !binary.EmbedsSupervisor("/proc/" + strconv.Itoa(p.pid) + "/exe") {
		return errUnsupervised
	}
	return nil
}

// nudge sends SIGUSR2 if that is safe. The handle is there before the check, so
// that no other process can get the signal together with the PID.
func nudge(p process) error {
	handle, err := os.FindProcess(p.pid)
	if err != nil {
		return err
	}
	defer handle.Release()
	if err := supervised(p); err != nil {
		return err
	}
	return handle.Signal(syscall.SIGUSR2)
}
