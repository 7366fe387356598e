//go:build unix && !linux

package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func look(pid int) (process, error) {
	p := process{pid: pid, inner: pid}
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return p, fmt.Errorf("process %d: %w", pid, fs.ErrNotExist)
	}
	return p, nil
}

// folder is where the processes of this user have their admin sockets.
func folder() string { return filepath.Join(os.TempDir(), "ginreload-"+strconv.Itoa(os.Geteuid())) }

func connect(ctx context.Context, p process) (net.Conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "unix", filepath.Join(folder(), strconv.Itoa(p.pid)+".sock"))
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%v: %w", p, errNoSocket)
	}
	if err != nil {
		return nil, fmt.Errorf("reach %v: %w", p, err)
	}
	return nc, nil
}

func elsewhere(process) bool { return false }

func running() ([]process, error) {
	entries, err := os.ReadDir(folder())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the admin sockets: %w", err)
	}
	var all []process
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".sock")
		pid, err := strconv.Atoi(name)
		if !ok || err != nil {
			continue
		}
		if p, err := look(pid); err == nil {
			all = append(all, p)
		}
	}
	return all, nil
}

func (process) neighbour(pid int) (process, error) { return look(pid) }

func (process) outside(pid int) int { return pid }

// supervised cannot be seen here.
func supervised(process) error { return errUnsupervised }

func nudge(p process) error { return supervised(p) }
