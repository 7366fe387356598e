//go:build linux

package systemd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

// patience is how long a test waits for an event that has to come.
const patience = 30 * time.Second

// tool returns the path of a program of systemd. Without it the test is
// skipped, or fails where it has to run.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is not there, install systemd: ", err)
	}
	return path
}

func missing(t *testing.T, why ...any) {
	t.Helper()
	if os.Getenv("GINRELOAD_REQUIRE_TOOLS") != "" {
		t.Fatal(why...)
	}
	t.Skip(why...)
}

func version(t *testing.T) int {
	t.Helper()
	out, err := exec.Command(tool(t, "systemd-analyze"), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var v int
	if _, err := fmt.Sscanf(string(out), "systemd %d", &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return v
}

// newer is what a systemd before 253 says of units that are not for it.
var newer = regexp.MustCompile(`(?m)^.*(Failed to parse service type, ignoring: notify-reload|Unknown key (name )?'ReloadSignal' in section .*, ignoring\.)\n`)

func TestUnitsAreValid(t *testing.T) {
	t.Parallel()
	analyze := tool(t, "systemd-analyze")
	units, err := filepath.Glob("*/app.*")
	if err != nil || len(units) != 4 {
		t.Fatal(units, err)
	}
	for _, unit := range units {
		t.Run(unit, func(t *testing.T) {
			t.Parallel()
			// The programs that a unit names have to exist, and units to have
			// their files' names.
			dir := t.TempDir()
			for _, u := range units {
				if filepath.Dir(u) != filepath.Dir(unit) {
					continue
				}
				text := strings.ReplaceAll(read(t, u), "/usr/local/bin/", "/bin/true --")
				write(t, filepath.Join(dir, filepath.Base(u)), text)
			}
			cmd := exec.Command(analyze, "verify", "--man=no", filepath.Join(dir, filepath.Base(unit)))
			out, err := cmd.CombinedOutput()
			if version(t) < 253 {
				out = newer.ReplaceAll(out, nil)
			}
			var exit *exec.ExitError
			if len(bytes.TrimSpace(out)) > 0 || (err != nil && !errors.As(err, &exit)) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// The sockets of the real systemd-socket-activate serve in every generation.
func TestSocketActivate(t *testing.T) {
	t.Parallel()
	activate, bin := tool(t, "systemd-socket-activate"), build(t)
	port := freePort(t)
	cmd := exec.Command(activate, "--listen="+port, "--fdname=http", "--setenv=PORT="+port, "--setenv=GIN_MODE=release", bin.app)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{&out}, struct{ io.Writer }{&out}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // returns when the last generation has left its output
	defer func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Log(out.String())
		}
	}()
	url := "http://127.0.0.1:" + port
	first := pidOf(t, url, 0) // the connection that activates is answered as well
	if first != cmd.Process.Pid {
		t.Errorf("process %d answers, systemd-socket-activate became %d", first, cmd.Process.Pid)
	}
	inode := listening(t, first, port)
	for pid := first; pid == first; {
		syscall.Kill(pid, syscall.SIGUSR2)
		pid = pidOf(t, url, pid)
		if got := listening(t, pid, port); got != inode {
			t.Errorf("process %d has socket %s, not %s", pid, got, inode)
		}
	}
}

// binaries are what the units name.
type binaries struct{ app, ginreload string }

func build(t *testing.T) binaries {
	t.Helper()
	dir := t.TempDir()
	b := binaries{filepath.Join(dir, "app"), filepath.Join(dir, "ginreload")}
	for path, pkg := range map[string][2]string{b.app: {"..", "./supervised"}, b.ginreload: {"../..", "./cmd/ginreload"}} {
		cmd := exec.Command("go", "build", "-o", path, pkg[1])
		cmd.Dir = pkg[0]
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", pkg[1], err, out)
		}
	}
	return b
}

// otherSystemd is a folder with another systemd, for a machine whose own is
// before 253: the packages systemd, libsystemd-shared and libsystemd0 of
// bookworm-backports, unpacked with dpkg-deb -x, what is in lib moved to usr/lib.
const otherSystemd = "GINRELOAD_SYSTEMD"

// A real systemd as PID 1 of a namespace runs the unit: reloads upgrade, it
// knows the new main process, and no request is lost.
func TestReloadsUnderSystemd(t *testing.T) {
	t.Parallel()
	variant := "older"
	if version(t) >= 253 || os.Getenv(otherSystemd) != "" {
		variant = "notify-reload"
	}
	bin, port := build(t), freePort(t)
	unit := strings.NewReplacer(
		"/usr/local/bin/app", bin.app, "/usr/local/bin/ginreload", bin.ginreload,
		"PORT=8080", "PORT="+port+" GIN_MODE=release", "WatchdogSec=30s", "WatchdogSec=1s",
	).Replace(read(t, filepath.Join(variant, "app.service")))
	s := boot(t, unit)
	s.systemctl("start", "app")
	url := "http://127.0.0.1:" + port
	main := pidOf(t, url, 0)
	s.is("MainPID", fmt.Sprint(main))

	loaded, endLoad := context.WithCancel(t.Context())
	defer endLoad()
	reports := make(chan *supervisortest.Report, 1)
	go func() {
		reports <- supervisortest.Load{
			URL: url, KeepAlive: 8, Think: 5 * time.Millisecond, NewConn: 4, Every: 10 * time.Millisecond, Slow: 2, Upload: 1,
		}.Run(loaded)
	}()
	for range 5 {
		s.systemctl("reload", "app")
		next := pidOf(t, url, main)
		s.is("MainPID", fmt.Sprint(next))
		s.until("the old process has gone", func() bool { return s.show("TasksCurrent") != "" && !s.alive(main) })
		main = next
	}
	s.is("StatusText", "generation 6: serving")
	// Two answers of the sixth generation; a missing one ends the program.
	for range 2 {
		last := s.show("WatchdogTimestampMonotonic")
		s.until("the watchdog is answered", func() bool { return s.show("WatchdogTimestampMonotonic") != last })
	}
	endLoad()
	report := <-reports
	t.Log(report)
	if report.Failed > 0 {
		t.Error("requests were lost")
	}
	s.is("NRestarts", "0")

	// A crash: who connects before the restart is answered after it.
	s.systemctl("kill", "--kill-who=main", "--signal=KILL", "app")
	if next := pidOf(t, url, main); next == main {
		t.Error("it was not killed")
	}
	s.until("the restart is counted", func() bool { return s.show("NRestarts") == "1" })

	s.systemctl("stop", "app")
	s.is("ActiveState", "inactive")
	s.is("Result", "success")
}

// system is a systemd that runs.
type system struct {
	t    *testing.T
	init int // its PID
}

// script makes systemd the init of its namespaces, with one unit and nothing
// else to start.
const script = `
mount --make-rprivate /
[ -z "$GINRELOAD_SYSTEMD" ] || mount -t overlay -o "lowerdir=$GINRELOAD_SYSTEMD/usr:/usr" overlay /usr
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd /run/units /run/generators
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cp "$0"/* /run/units
export container=ginreload SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=/run/generators
exec /lib/systemd/systemd --system --unit=test.target --log-target=console --log-level=info --show-status=no
`

func boot(t *testing.T, unit string) *system {
	t.Helper()
	if _, err := os.Stat("/lib/systemd/systemd"); err != nil {
		missing(t, "no systemd to boot: ", err)
	}
	if os.Getuid() != 0 {
		t.Skip("only root can boot a systemd in a namespace")
	}
	units := t.TempDir()
	log := filepath.Join(units, "log") // there is no journal
	write(t, log, "")
	write(t, filepath.Join(units, "app.service"), unit+"\n[Service]\nStandardOutput=append:"+log+"\nStandardError=append:"+log+"\n")
	for _, target := range []string{"test", "sysinit", "basic", "network", "shutdown"} { // of which the last ones only have to be there
		write(t, filepath.Join(units, target+".target"), "[Unit]\nDescription="+target+"\nDefaultDependencies=no\n")
	}
	group := controlGroup(t)
	dir, err := os.Open(group)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	cmd := exec.Command("sh", "-ec", script, units)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		// After it is in the control group, which becomes the root of its own ones.
		Unshareflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWCGROUP,
		UseCgroupFD:  true, CgroupFD: int(dir.Fd()),
		Setsid: true,
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{&out}, struct{ io.Writer }{&out}
	if err := cmd.Start(); err != nil {
		t.Skip("a systemd cannot be started in a namespace here: ", err)
	}
	s := &system{t, cmd.Process.Pid}
	t.Cleanup(func() {
		cmd.Process.Kill() // and the kernel all below it
		cmd.Wait()
		s.removeGroup(group)
		if t.Failed() {
			t.Log(out.String() + read(t, log))
		}
	})
	s.until("systemd runs", func() bool {
		got, _ := s.command("is-system-running")
		return got == "running" || got == "degraded"
	})
	return s
}

// controlGroup makes one for a systemd, below that of the test.
func controlGroup(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(read(t, "/proc/self/mountinfo")) {
		fields := strings.Fields(line)
		if len(fields) < 5 || !strings.Contains(line, " - cgroup2 ") {
			continue
		}
		_, own, _ := strings.Cut("\n"+read(t, "/proc/self/cgroup"), "\n0::")
		own, _, _ = strings.Cut(own, "\n")
		dir, err := os.MkdirTemp(filepath.Join(fields[4], own), "ginreload-test-")
		if err != nil {
			t.Skip("no control group can be made here: ", err)
		}
		return dir
	}
	t.Skip("there is no cgroup2")
	return ""
}

func (s *system) removeGroup(group string) {
	s.until("its control groups are empty", func() bool {
		var dirs []string
		filepath.WalkDir(group, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				dirs = append([]string{path}, dirs...)
			}
			return nil
		})
		for _, dir := range dirs {
			syscall.Rmdir(dir)
		}
		_, err := os.Stat(group)
		return err != nil
	})
}

// command runs systemctl in there.
func (s *system) command(args ...string) (string, error) {
	cmd := exec.Command("nsenter", append([]string{"-t", strconv.Itoa(s.init), "-m", "-p", "-C", "systemctl"}, args...)...)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (s *system) systemctl(args ...string) {
	s.t.Helper()
	if out, err := s.command(args...); err != nil {
		status, _ := s.command("status", "--no-pager", "app")
		s.t.Fatalf("systemctl %v: %v\n%s\n%s", args, err, out, status)
	}
}

func (s *system) show(property string) string {
	s.t.Helper()
	out, err := s.command("show", "--value", "--property="+property, "app")
	if err != nil {
		s.t.Fatal(err, out)
	}
	return out
}

func (s *system) is(property, want string) {
	s.t.Helper()
	if got := s.show(property); got != want {
		s.t.Errorf("%s is %q, want %q", property, got, want)
	}
}

// alive reports whether a process of theirs lives.
func (s *system) alive(pid int) bool {
	_, err := os.Stat(fmt.Sprint("/proc/", s.init, "/root/proc/", pid))
	return err == nil
}

func (s *system) until(what string, happened func() bool) { s.t.Helper(); until(s.t, what, happened) }

func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !happened() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// pidOf waits until another process than other answers.
func pidOf(t *testing.T, url string, other int) (pid int) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	until(t, "another process answers", func() bool {
		resp, err := client.Get(url + "/pid")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		pid, _ = strconv.Atoi(string(text))
		return pid != 0 && pid != other
	})
	return pid
}

// listening returns the socket of a process that listens on port.
func listening(t *testing.T, pid int, port string) string {
	t.Helper()
	number, _ := strconv.Atoi(port)
	for line := range strings.Lines(read(t, "/proc/net/tcp") + read(t, "/proc/net/tcp6")) {
		fields := strings.Fields(line)
		if len(fields) < 10 || fields[3] != "0A" || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", number)) {
			continue
		}
		socket := "socket:[" + fields[9] + "]"
		links, _ := filepath.Glob(fmt.Sprint("/proc/", pid, "/fd/*"))
		for _, link := range links {
			if to, _ := os.Readlink(link); to == socket {
				return socket
			}
		}
	}
	t.Errorf("process %d does not listen on port %s", pid, port)
	return ""
}

var ports atomic.Int32

// freePort returns a port below those that the kernel gives out.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + (os.Getpid()*13+int(ports.Add(1)))%10000)
		if ln, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
