//go:build amd64 || arm64

package sockets

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// callIn reports the threads of a process that wait in accept since before
// their generation was held: the next client would be theirs, and might be the
// last thing that the process sees. A thread that is stopped and continued makes
// its call again, and then the filter reports it. One that runs may come from there,
// or be about to go there, but it does not for ever. waits says that there were some.
func (g *Generation) callIn(pid int) (waits bool) {
	if !g.blocks {
		return false
	}
	g.waiting = slices.DeleteFunc(g.waiting, func(c call) bool { return !g.notify.waits(c) })
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", pid))
	interrupted := false
	for _, file := range files {
		tid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if slices.ContainsFunc(g.waiting, func(c call) bool { return int(c.tid) == tid }) {
			continue
		}
		accepts, runs := doing(file)
		if accepts || runs && time.Since(g.since) < patient().quiet {
			waits = true
			interrupted = unix.Tgkill(pid, tid, unix.SIGSTOP) == nil || interrupted
		}
	}
	if interrupted {
		unix.Kill(pid, unix.SIGCONT)
	}
	return waits
}

// doing tells whether a thread is in accept, and whether it runs or could run
// (proc_pid_syscall(5)).
func doing(file string) (accepts, runs bool) {
	text, _ := os.ReadFile(file)
	number, _, _ := bytes.Cut(text, []byte(" "))
	n, err := strconv.Atoi(string(number))
	return err == nil && (n == unix.SYS_ACCEPT || n == unix.SYS_ACCEPT4), string(number) == "running\n"
}
