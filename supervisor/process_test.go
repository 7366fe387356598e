//go:build linux

package supervisor_test

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

var pending = regexp.MustCompile(`(?m)^ShdPnd:\s0*$`)

// taken waits until no signal is on its way to the process.
func (r *running) taken(pid int) {
	r.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil {
			r.t.Fatal(err)
		}
		if pending.Match(status) {
			return
		}
	}
	r.t.Fatalf("process %d takes no signals", pid)
}

// awaitExit waits for the end of a process that need not be a child.
func (r *running) awaitExit(pid int) {
	r.t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	defer unix.Close(fd)
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience/time.Millisecond))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n != 1 {
			r.t.Fatalf("process %d is still there: %v", pid, err)
		}
		return
	}
}
