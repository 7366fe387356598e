//go:build linux

package supervise_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/internal/manager"
	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

func TestExitCode(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		text := filepath.Join(t.TempDir(), "text")
		if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			args []string
			code int
		}{
			{[]string{"true"}, 0},
			{[]string{"sh", "-c", "exit 7"}, 7},
			{[]string{"sh", "-c", "kill -9 $$"}, 128 + 9},
			{[]string{"sh", "-c", "kill -TERM $$"}, 128 + 15},
			{[]string{"sh", "-c", "sh -c 'exit 5' & exit 6"}, 6}, // not that of a child of the program
			{[]string{"./no-such-program"}, 127},
			{[]string{"no-such-program"}, 127},
			{[]string{text}, 126},
		} {
			t.Run(strings.Join(c.args, " "), func(t *testing.T) {
				t.Parallel()
				start(t, where, "", c.args...).ends(c.code)
			})
		}
	})
}

func TestSignalsGoToTheProgram(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		script := "for s in HUP USR1 WINCH QUIT INT; do trap \"echo got $s\" $s; done; trap 'echo got TERM; exit 9' TERM\n" +
			"echo ready; while :; do read line <" + filepath.Join(t.TempDir(), "nothing") + " 2>/dev/null || read line </dev/null; done"
		r := start(t, where, "", "sh", "-c", script)
		r.expect("ready")
		for _, s := range []struct {
			sig  syscall.Signal
			name string
		}{
			{syscall.SIGHUP, "HUP"}, {syscall.SIGUSR1, "USR1"}, {syscall.SIGWINCH, "WINCH"}, {syscall.SIGQUIT, "QUIT"}, {syscall.SIGINT, "INT"},
		} {
			r.signal(s.sig)
			r.expect("got " + s.name + "\n")
		}
		// It has no handler, and would die of it.
		r.signal(syscall.SIGUSR2)
		r.expect("user defined signal 2: kept until")
		r.signal(syscall.SIGTERM)
		r.expect("got TERM")
		r.ends(9)
	})
}

// Behind a wrapper, and asked for before it is ready, the upgrade still comes.
func TestAnEarlyUpgradeBehindAWrapper(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		r := prepare(t, where, "", "sh", "-c", `"$0" "$@"; exit $?`, self, "__program")
		r.behave("gate")
		r.launch()
		r.expect(`at gate \d+`)
		r.signal(syscall.SIGUSR2)
		r.expect("kept until")
		r.behave("")
		r.open()
		r.expect("generation 1 ended: <nil>")
		r.answers()
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestUpgradesBelowAParentThatStays(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		loaded, endLoad := context.WithCancel(t.Context())
		defer endLoad()
		reports := make(chan *supervisortest.Report, 1)
		go func() {
			reports <- supervisortest.Load{URL: r.url, Path: "/generation", KeepAlive: 4, Think: time.Millisecond, NewConn: 2, Every: 5 * time.Millisecond}.Run(loaded)
		}()
		const upgrades = 10
		for range upgrades {
			r.upgrade()
			r.expect(`generation \d+ ended: <nil>`)
			r.settles(1)
		}
		endLoad()
		if report := <-reports; report.Failed > 0 {
			t.Error(report)
		}
		if got, err := ask(r.url + "/generation"); err != nil || got != fmt.Sprint(upgrades+1) {
			t.Errorf("generation %s (%v), want %d", got, err, upgrades+1)
		}
		r.lives()
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestAFailedUpgradeChangesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		first := r.answers()
		r.behave("exit")
		r.signal(syscall.SIGUSR2)
		r.expect("exit status 3")
		if got := r.answers(); got != first {
			t.Errorf("process %d answers, not %d", got, first)
		}
		r.behave("")
		r.upgrade()
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestTheKilledMainProcessEndsTheParent(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		r.upgrade()
		r.expect("generation 1 ended: <nil>")
		r.settles(1)
		r.kill(r.answers())
		r.ends(128 + 9)
	})
}

func TestTheOldProcessKilledDuringAnUpgrade(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		first := r.answers()
		r.behave("gate")
		r.signal(syscall.SIGUSR2)
		second, _ := strconv.Atoi(r.expect(`at gate (\d+)`)[1])
		r.kill(first)
		r.settles(1)
		r.open()
		if got := r.answers(); got != second {
			t.Errorf("process %d answers, not %d", got, second)
		}
		// The one that took over is known as the main process.
		r.behave("")
		r.upgrade()
		r.expect("generation 2 ended: <nil>")
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

// In a container the program often gives up root, and root may not look into
// other users' processes there.
func TestAProgramOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	r := prepare(t, ordinary, "", "setpriv", "--reuid=65534", "--clear-groups", "./program", "__program")
	for dir := r.dir; dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.dir, "program"), binary, 0o755); err != nil {
		t.Fatal(err)
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Args = append([]string{"setpriv", "--bounding-set=-sys_ptrace,-perfmon,-sys_admin", r.cmd.Path}, r.cmd.Args[1:]...)
	r.cmd.Path, r.cmd.Dir = setpriv, r.dir
	r.launch()
	first := r.answers()
	r.behave("gate")
	if err := os.Chmod(filepath.Join(r.dir, "behaviour"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.signal(syscall.SIGUSR2)
	second, _ := strconv.Atoi(r.expect(`at gate (\d+)`)[1])
	r.kill(first)
	r.settles(1)
	r.open()
	if got := r.answers(); got != second {
		t.Errorf("process %d answers, not %d", got, second)
	}
	r.behave("")
	r.upgrade()
	r.expect("generation 2 ended: <nil>")
	r.signal(syscall.SIGTERM)
	r.ends(0)
}

func TestTheNewProcessKilled(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		first := r.answers()
		r.behave("gate")
		r.signal(syscall.SIGUSR2)
		second, _ := strconv.Atoi(r.expect(`at gate (\d+)`)[1])
		r.kill(second)
		r.expect("signal: killed")
		if got := r.answers(); got != first {
			t.Errorf("process %d answers, not %d", got, first)
		}

		// And right after it took over: a stream keeps the old one there, so that it
		// takes up again, and gets the signals again.
		r.behave("")
		stream, err := http.Get(r.url + "/stream")
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Body.Close()
		third := r.upgrade()
		r.kill(third)
		if got := r.answersBut(third); got != first {
			t.Errorf("process %d answers, not %d", got, first)
		}
		r.settles(1)
		stream.Body.Close()
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestStopDuringAnUpgrade(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		r.behave("gate")
		r.signal(syscall.SIGUSR2)
		r.expect(`at gate \d+`)
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

// Wherever in the hand-over the stop falls, everything ends, and in order.
func TestStopAtAnyMomentOfAnUpgrade(t *testing.T) {
	t.Parallel()
	for i := range 12 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := start(t, ordinary, "")
			r.signal(syscall.SIGUSR2)
			moment := time.NewTimer(time.Duration(i) * 8 * time.Millisecond)
			<-moment.C
			r.signal(syscall.SIGTERM)
			r.ends(0)
		})
	}
}

// A stop that reaches the old process too late is passed on to the new one,
// unless the old one has done that.
func TestAStopOvertakenByTheHandOver(t *testing.T) {
	t.Parallel()
	for _, told := range []bool{false, true} {
		t.Run(fmt.Sprint("told by the old one: ", told), func(t *testing.T) {
			t.Parallel()
			args := []string{"/proc/self/exe", "__replaced"}
			if told {
				args = append(args, "X_GINRELOAD_ASKED=stop")
			}
			r := start(t, ordinary, "", args...)
			r.expect("replacing")
			r.signal(syscall.SIGTERM)
			if told {
				r.expect("replaced")
			} else {
				r.expect("told to stop")
			}
			r.until("the new one has got the signal of its own", func() bool {
				r.cmd.Process.Signal(syscall.SIGUSR1)
				select {
				case <-r.done:
					return true
				default:
					return false
				}
			})
			r.ends(0)
			if told && strings.Contains(r.out.String(), "told to stop") {
				t.Error("told twice")
			}
		})
	}
}

// An upgrade that is asked for as soon as the one before can be seen is not lost.
func TestUpgradesInARow(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		for range 5 {
			r.upgrade() // which knows of the new process from its answers
		}
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestTheSecondStopCutsAllGenerations(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		for range 2 { // one stream in each generation
			stream, err := http.Get(r.url + "/stream")
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Body.Close()
			if len(below(r.cmd.Process.Pid)) == 1 {
				r.upgrade()
			}
		}
		r.signal(syscall.SIGTERM)
		r.expect("(?s)event: draining.*event: draining")
		r.signal(syscall.SIGTERM)
		r.expect("closed 1 connections")
		r.expect("closed 1 connections")
		if tellsOfOthers(t) {
			r.ends(5)
		} else {
			r.ends(0)
		}
	})
}

// tellsOfOthers reports whether the kernel tells how a process ended that
// somebody else has reaped.
func tellsOfOthers(t *testing.T) bool {
	t.Helper()
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Fatal(err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(release), "%d.%d", &major, &minor); err != nil {
		t.Fatal(err)
	}
	return major > 6 || (major == 6 && minor >= 15)
}

func TestOrphansAreReaped(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "")
		for range 20 {
			if text, err := ask(r.url + "/orphan"); err != nil || !strings.HasSuffix(text, "<nil>") {
				t.Fatal(text, err)
			}
		}
		r.settles(1)
		r.signal(syscall.SIGTERM)
		r.ends(0)
	})
}

func TestStopTimeout(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "stop=50ms", "sh", "-c", `trap '' TERM; setsid sh -c 'trap "" TERM; echo started; while :; do read x </dev/null; done' & while :; do read x </dev/null; done`)
		r.expect("started")
		r.signal(syscall.SIGTERM)
		r.expect("has not ended within 50ms")
		r.ends(128 + 9) // the output is open for as long as one of them lives
	})
}

// A crash refuses nobody: the socket is kept, and who comes meanwhile waits.
func TestRestart(t *testing.T) {
	everywhere(t, func(t *testing.T, where place) {
		r := start(t, where, "restart")
		for range 3 {
			before := r.answers()
			r.kill(before)
			nc, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			nc.Close()
			r.expect("killed by SIGKILL; starting it again in .*; sockets kept: 1")
			r.answersBut(before)
			env, err := ask(r.url + "/env")
			if err != nil || strings.Contains(env, "LISTEN_PID") {
				t.Error(env, err)
			}
		}
		// It upgrades as the first one did.
		r.upgrade()
		r.expect("generation 1 ended: <nil>")
		if _, err := ask(r.url + "/exit?code=0"); err == nil {
			t.Error("the process that exits answers")
		}
		r.ends(0) // which is no crash
	})
}

func TestStopDuringTheBackOff(t *testing.T) {
	t.Parallel()
	r := start(t, ordinary, "restart", "sh", "-c", "exit 3")
	for range 4 {
		r.expect("exit code 3; starting it again in")
	}
	r.signal(syscall.SIGTERM)
	r.ends(3)
}

func TestTheManagerAboveIsToldWhatConcernsIt(t *testing.T) {
	t.Parallel()
	bus, err := manager.OpenBus(filepath.Join(t.TempDir(), "above"))
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	r := prepare(t, ordinary, "")
	r.cmd.Env = append(r.cmd.Env, "NOTIFY_SOCKET="+bus.Path(), "WATCHDOG_PID=7", "WATCHDOG_USEC=60000000")
	r.launch()
	next := func(field string) {
		t.Helper()
		for {
			select {
			case n := <-bus.Messages():
				n.Discard()
				if n.Sender.PID != r.cmd.Process.Pid {
					t.Errorf("%q from %d, not from the parent", n.Text, n.Sender.PID)
				}
				for name := range n.Fields {
					if name == "MAINPID" || name == "FDSTORE" || strings.HasPrefix(name, "X_") {
						t.Errorf("%s in %q", name, n.Text)
					}
				}
				if n.Has(field) {
					return
				}
			case <-time.After(patience):
				t.Fatalf("no %s", field)
			}
		}
	}
	next("READY")
	if env, err := ask(r.url + "/env"); err != nil || strings.Contains(env, "WATCHDOG_PID") || !strings.Contains(env, "WATCHDOG_USEC") {
		t.Error(env, err)
	}
	r.signal(syscall.SIGUSR2)
	next("RELOADING")
	next("READY")
	r.expect("generation 1 ended: <nil>")
	r.signal(syscall.SIGTERM)
	next("STOPPING")
	r.ends(0)
}

// A program in another language may have systemd-notify speak for it.
func TestSystemdNotify(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("systemd-notify"); err != nil {
		if os.Getenv("GINRELOAD_REQUIRE_TOOLS") != "" {
			t.Fatal(err)
		}
		t.Skip("systemd-notify is not installed: ", err)
	}
	bus, err := manager.OpenBus(filepath.Join(t.TempDir(), "above"))
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	r := prepare(t, ordinary, "", "sh", "-c", `trap 'exit 4' TERM; systemd-notify --ready --status="all well"; while :; do read x </dev/null; done`)
	r.cmd.Env = append(r.cmd.Env, "NOTIFY_SOCKET="+bus.Path())
	r.launch()
	select {
	case n := <-bus.Messages():
		if !n.Has("READY") || n.Fields["STATUS"] != "all well" || n.Sender.PID != r.cmd.Process.Pid {
			t.Errorf("%+v", n)
		}
	case <-time.After(patience):
		t.Fatal("nothing was passed on")
	}
	r.signal(syscall.SIGUSR2)
	r.expect("not passed on to process .*: it has no supervisor")
	r.signal(syscall.SIGTERM)
	r.ends(4)
}

// Sockets that a manager above passes reach the program.
func TestSocketsFromAbove(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := prepare(t, ordinary, "")
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	r.url = "http://" + ln.Addr().String()
	r.cmd.Env = append(r.cmd.Env, "LISTEN_FDS=1", "LISTEN_FDNAMES=http", "PORT="+port)
	r.cmd.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, r.cmd.Path}, r.cmd.Args[1:]...)
	r.cmd.Path, r.cmd.ExtraFiles = "/bin/sh", []*os.File{f}
	r.launch()
	ln.Close()
	r.answers()
	r.upgrade()
	r.signal(syscall.SIGTERM)
	r.ends(0)
}

// Killed itself, the parent leaves the program alone, unless it has it on a leash.
func TestTheParentKilled(t *testing.T) {
	t.Parallel()
	t.Run("without a leash", func(t *testing.T) {
		t.Parallel()
		r := start(t, ordinary, "")
		pid := r.answers()
		r.signal(syscall.SIGKILL)
		r.cmd.Process.Signal(syscall.Signal(0))
		if got := r.answers(); got != pid {
			t.Errorf("process %d answers, not %d", got, pid)
		}
		syscall.Kill(pid, syscall.SIGTERM)
		r.expect("generation 1 ended: <nil>")
	})
	t.Run("with a leash", func(t *testing.T) {
		t.Parallel()
		r := start(t, ordinary, "leash")
		r.upgrade()
		r.expect("generation 1 ended: <nil>")
		r.signal(syscall.SIGKILL)
		select {
		case <-r.done: // nobody holds the output
		case <-time.After(patience):
			t.Fatal("something has outlived the parent")
		}
	})
	t.Run("PID 1", func(t *testing.T) {
		t.Parallel()
		r := start(t, init1, "")
		r.signal(syscall.SIGKILL)
		<-r.done
	})
}
