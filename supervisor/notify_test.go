//go:build linux

package supervisor_test

import (
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manager plays systemd: it keeps what is sent to NOTIFY_SOCKET.
type manager struct {
	t        *testing.T
	notified chan notification
}

// notification is one datagram.
type notification struct {
	text string
	pid  int // of the sender, by the kernel's word
	fds  int
}

func manage(t *testing.T, r *running) *manager {
	t.Helper()
	path := filepath.Join(r.dir, "notify")
	nc, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := nc.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1) })
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{t, make(chan notification, 1000)}
	t.Cleanup(func() { nc.Close() })
	go func() {
		defer close(m.notified)
		text, oob := make([]byte, 4096), make([]byte, 1024)
		for {
			n, oobn, _, _, err := nc.ReadMsgUnix(text, oob)
			if err != nil {
				return
			}
			m.notified <- read(string(text[:n]), oob[:oobn])
		}
	}()
	r.cmd.Env = append(r.cmd.Env, "NOTIFY_SOCKET="+path)
	return m
}

func read(text string, oob []byte) notification {
	n := notification{text: text}
	messages, _ := unix.ParseSocketControlMessage(oob)
	for _, m := range messages {
		if fds, err := unix.ParseUnixRights(&m); err == nil {
			for _, fd := range fds {
				n.fds++
				unix.Close(fd)
			}
		}
		if cred, err := unix.ParseUnixCredentials(&m); err == nil {
			n.pid = int(cred.Pid)
		}
	}
	return n
}

// expect takes the next notification, which has to match.
func (m *manager) expect(pid, fds int, pattern string) notification {
	m.t.Helper()
	select {
	case n := <-m.notified:
		if !regexp.MustCompile("(?s)^"+pattern+"$").MatchString(n.text) || n.fds != fds || (pid != 0 && n.pid != pid) {
			m.t.Fatalf("got %q from %d with %d descriptors, want %q from %d with %d", n.text, n.pid, n.fds, pattern, pid, fds)
		}
		return n
	case <-time.After(patience):
		m.t.Fatalf("no notification, want %q", pattern)
	}
	return notification{}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	r := prepare(t)
	m := manage(t, r)
	r.launch()
	first := r.cmd.Process.Pid
	m.expect(first, 0, "STATUS=generation 1: starting\nEXTEND_TIMEOUT_USEC=8000000")
	m.expect(first, 1, "FDSTORE=1\nFDNAME=http")
	m.expect(first, 0, fmt.Sprint("READY=1\nMAINPID=", first, "\nSTATUS=generation 1: serving(\nX_.*)?"))

	r.behave("exit")
	r.get("/upgrade")
	m.expect(first, 0, "RELOADING=1\n.*")
	m.expect(first, 0, "READY=1\nSTATUS=generation 1: upgrade failed: .*exit status 3.*no such thing(\nX_.*)?")

	r.behave("also=new:one,tcp,127.0.0.1:0")
	before := monotonic(t)
	r.upgrade()
	reloading := m.expect(first, 0, "RELOADING=1\n.*\nMONOTONIC_USEC=[0-9]+").text
	at, err := strconv.ParseInt(reloading[strings.LastIndex(reloading, "=")+1:], 10, 64)
	if err != nil || at < before || at > monotonic(t) {
		t.Errorf("%q, after %d: %v", reloading, before, err)
	}
	second := r.answers()
	m.expect(first, 0, fmt.Sprint("READY=1\nMAINPID=", second, "\nSTATUS=generation 2: serving(\nX_.*)?"))
	// It has no right to speak before that.
	m.expect(second, 1, "FDSTORE=1\nFDNAME=new_one")
	r.expect(`generation 1 ended: <nil>`)

	syscall.Kill(second, syscall.SIGTERM)
	m.expect(second, 0, "STOPPING=1\n.*\nEXTEND_TIMEOUT_USEC=10000000")
	r.end()
	select {
	case n := <-m.notified:
		t.Errorf("after the end: %q from %d", n.text, n.pid)
	default: // a datagram is there as soon as it is sent
	}
}

// The process that takes over when its predecessor was killed has to say so itself.
func TestNotificationOfAnOrphan(t *testing.T) {
	t.Parallel()
	r := prepare(t)
	m := manage(t, r)
	r.launch()
	first := r.answers()
	m.expect(first, 0, "STATUS=.*")
	m.expect(first, 1, "FDSTORE=1\nFDNAME=http")
	m.expect(first, 0, "READY=1\n.*")
	r.behave("gate=run")
	syscall.Kill(first, syscall.SIGUSR2)
	second := r.expectPID(`at gate run (\d+)\n`)
	m.expect(first, 0, "RELOADING=1\n.*")
	syscall.Kill(first, syscall.SIGKILL)
	r.open("run")
	m.expect(second, 0, fmt.Sprint("READY=1\nMAINPID=", second, "\n.*"))
}

// The watchdog is answered by the main process, and by no other.
func TestWatchdog(t *testing.T) {
	t.Parallel()
	r := prepare(t)
	m := manage(t, r)
	r.cmd.Env = append(r.cmd.Env, "WATCHDOG_USEC=20000")
	r.launch()
	first := r.answers()
	m.until(first, "READY=1\nWATCHDOG=1\n.*")
	m.until(first, "WATCHDOG=1")
	r.behave("exit")
	r.get("/upgrade")
	m.until(first, "READY=1\nWATCHDOG=1\n.*upgrade failed.*")
	m.until(first, "WATCHDOG=1")
	r.behave("")
	r.upgrade()
	second := r.answers()
	m.until(first, fmt.Sprint("READY=1\nWATCHDOG=1\nMAINPID=", second, "\n.*"))
	for range 5 {
		m.expect(second, 0, "WATCHDOG=1")
	}
	r.expect(`generation 1 ended: <nil>`)
}

// It names the first process; the next ones find it to be theirs.
func TestWatchdogOfAProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pid   string
		wants bool
	}{{"$$", true}, {"1", false}} {
		t.Run(c.pid, func(t *testing.T) {
			t.Parallel()
			r := prepare(t)
			m := manage(t, r)
			r.cmd.Env = append(r.cmd.Env, "WATCHDOG_USEC=20000000")
			r.cmd.Args = []string{"sh", "-c", "WATCHDOG_PID=" + c.pid + ` exec "$0"`, r.cmd.Path}
			r.cmd.Path = "/bin/sh"
			r.launch()
			r.answers()
			if n := m.until(0, "READY=1\n.*"); strings.Contains(n.text, "WATCHDOG=1") != c.wants {
				t.Errorf("watched: %t; %q", c.wants, n.text)
			}
			r.upgrade()
			m.until(0, "RELOADING=1\n.*")
			if n := m.until(0, "READY=1\n.*"); strings.Contains(n.text, "WATCHDOG=1") != c.wants {
				t.Errorf("watched: %t; %q", c.wants, n.text)
			}
			if env := r.get("/environ"); strings.Contains(env, "WATCHDOG_PID") == c.wants {
				t.Error(env)
			}
		})
	}
}

// A listener that the new version does not ask for leaves the store.
func TestADroppedListenerIsNotStored(t *testing.T) {
	t.Parallel()
	r := prepare(t, "also=old:one,tcp,127.0.0.1:0")
	m := manage(t, r)
	r.launch()
	r.answers()
	m.until(0, "FDSTORE=1\nFDNAME=old_one")
	r.behave("")
	r.upgrade()
	m.until(r.answers(), "FDSTOREREMOVE=1\nFDNAME=old_one")
}

// until takes notifications until one matches.
func (m *manager) until(pid int, pattern string) notification {
	m.t.Helper()
	re := regexp.MustCompile("(?s)^" + pattern + "$")
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		select {
		case n := <-m.notified:
			if re.MatchString(n.text) && (pid == 0 || n.pid == pid) {
				return n
			}
		case <-timeout.C:
			m.t.Fatalf("no notification %q", pattern)
		}
	}
}

func monotonic(t *testing.T) int64 {
	t.Helper()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		t.Fatal(err)
	}
	return now.Nano() / int64(time.Microsecond)
}
