//go:build linux

package supervisor_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// activate starts the program as systemd does, with the sockets as descriptors
// 3 and up.
func activate(t *testing.T, names, pid string, sockets []*net.TCPListener, words ...string) *running {
	t.Helper()
	r := prepare(t, words...)
	env := r.cmd.Env
	r.cmd = exec.Command("sh", "-c", "LISTEN_PID="+pid+` exec "$0"`, r.cmd.Path)
	r.cmd.Env = append(env, fmt.Sprint("LISTEN_FDS=", len(sockets)))
	if names != "" {
		r.cmd.Env = append(r.cmd.Env, "LISTEN_FDNAMES="+names)
	}
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for _, s := range sockets {
		f, err := s.File()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r.cmd.ExtraFiles = append(r.cmd.ExtraFiles, f)
	}
	r.launch()
	return r
}

func listenTCP(t *testing.T) (ln *net.TCPListener, inode string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ln = l.(*net.TCPListener)
	f, err := ln.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	inode, err = os.Readlink(fmt.Sprint("/proc/self/fd/", f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return ln, inode
}

func descriptors(t *testing.T, pid int) []string {
	t.Helper()
	dir := fmt.Sprint("/proc/", pid, "/fd")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var links []string
	for _, e := range entries {
		if link, err := os.Readlink(dir + "/" + e.Name()); err == nil {
			links = append(links, link)
		}
	}
	return links
}

func TestSocketsOfAServiceManagerAreAdopted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ by, names string }{{"name", "http:rest"}, {"address", ""}} {
		t.Run("by "+c.by, func(t *testing.T) {
			t.Parallel()
			one, inode := listenTCP(t)
			two, _ := listenTCP(t)
			addr := "addr=" + one.Addr().String()
			if c.by == "name" {
				addr = "addr=127.0.0.1:0"
			}
			r := activate(t, c.names, "$$", []*net.TCPListener{one, two}, addr, "guard=10ms")
			r.url = "http://" + one.Addr().String()
			for i := range 4 {
				pid := r.answers()
				if !slices.Contains(descriptors(t, pid), inode) {
					t.Errorf("generation %d has not the socket %s", i+1, inode)
				}
				if env := r.get("/environ"); strings.Contains(env, "LISTEN_") {
					t.Errorf("generation %d has\n%s", i+1, env)
				}
				if i < 3 {
					r.upgrade()
				}
			}
			if got := r.get("/"); got != "generation 4\n" {
				t.Error(got)
			}
		})
	}
}

func TestSocketsForAnotherProcessAreLeftAlone(t *testing.T) {
	t.Parallel()
	one, inode := listenTCP(t)
	r := activate(t, "http", "1", []*net.TCPListener{one})
	pid := r.answers() // on the port of its own
	if env := r.get("/environ"); strings.Contains(env, "LISTEN_") {
		t.Error(env)
	}
	r.upgrade()
	if slices.Contains(descriptors(t, r.answers()), inode) {
		t.Errorf("process %d passed on what was not meant for it", pid)
	}
}

// systemd keeps a descriptor over a restart, but not the path to its socket.
func TestAStoredSocketWithoutItsPathIsOfNoUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "socket")
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	r := prepare(t, "also=u,unix,"+path)
	r.cmd.Env = append(r.cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=u")
	r.cmd.Args = []string{"sh", "-c", `LISTEN_PID=$$ exec "$0"`, r.cmd.Path}
	r.cmd.Path, r.cmd.ExtraFiles = "/bin/sh", []*os.File{f}
	r.launch()
	r.answers()
	nc, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
}

// The path of a unix socket goes with the program, unless the service manager
// keeps the socket.
func TestUnixPathAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  []string
		left bool
	}{
		{nil, false},
		{[]string{"NOTIFY_SOCKET=@nobody"}, false}, // what it does not take it says to nobody
		{[]string{"NOTIFY_SOCKET=@nobody", "FDSTORE=0"}, false},
		{[]string{"NOTIFY_SOCKET=@nobody", "FDSTORE=1"}, true},
	} {
		t.Run(fmt.Sprint(c.env), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "socket")
			r := prepare(t, "also=u,unix,"+path)
			r.cmd.Env = append(r.cmd.Env, c.env...)
			r.launch()
			r.answers()
			r.replace()
			r.signal(syscall.SIGTERM)
			r.end()
			if _, err := os.Lstat(path); (err == nil) != c.left {
				t.Errorf("%v, want it left: %t", err, c.left)
			}
		})
	}
}

// One that came from a service manager is never removed, in no generation.
func TestUnixPathOfAServiceManager(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "socket")
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := prepare(t, "also=u,unix,"+path)
	r.cmd.Env = append(r.cmd.Env, "LISTEN_FDS=1")
	r.cmd.Args = []string{"sh", "-c", `LISTEN_PID=$$ exec "$0"`, r.cmd.Path}
	r.cmd.Path, r.cmd.ExtraFiles = "/bin/sh", []*os.File{f}
	r.launch()
	r.answers()
	r.replace()
	r.signal(syscall.SIGTERM)
	r.end()
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}
