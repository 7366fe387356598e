//go:build unix

package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// Scripts say what a user types and reads; testdata/script/README explains the
// commands that are not testscript's own.
func TestScripts(t *testing.T) {
	goEnv, err := exec.Command("go", "env", "GOPATH", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Split(strings.TrimSpace(string(goEnv)), "\n")
	self, err := exec.LookPath("ginreload")
	if err != nil {
		t.Fatal(err)
	}
	supervised := tiny(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join(repository(), "testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars,
				"GOPATH="+caches[0], "GOMODCACHE="+caches[1], "GOCACHE="+caches[2], "HOME="+os.Getenv("HOME"),
				"GOFLAGS="+os.Getenv("GOFLAGS"), "GOPROXY=off", "GOTOOLCHAIN=local", "GORACE=atexit_sleep_ms=10",
				// Scripts are over before smaller archives for the linker would pay.
				"XDG_CACHE_HOME="+os.DevNull,
				"LANG=C.UTF-8", "PORT="+freePort(t), "TINY="+supervised, "BIN="+filepath.Dir(self), asCommand+"=1")
			s := &session{}
			for _, entry := range e.Vars {
				name, _, _ := strings.Cut(entry, "=")
				s.names = append(s.names, name)
			}
			e.Values[key{}] = s
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": startCommand, "await": awaitCommand, "interrupt": interruptCommand, "exits": exitsCommand,
			"signal": signalCommand,
			"edit":   editCommand, "get": getCommand,
		},
	})
}

func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "mount":
		return exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", os.TempDir()).Run() == nil, nil
	}
	return false, errors.New("unknown condition " + name)
}

// session is the ginreload that a script has started.
type session struct {
	names          []string // of the variables that it gets
	cmd            *exec.Cmd
	stdout, stderr *lines
	read           map[string]int // how far await has come
	done           chan struct{}
}

type key struct{}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(key{}).(*session) }

// start COMMAND...
func startCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) == 0 || s.cmd != nil {
		ts.Fatalf("usage: start COMMAND..., once until interrupt")
	}
	s.stdout, s.stderr, s.read, s.done = &lines{}, &lines{}, map[string]int{}, make(chan struct{})
	program, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := &exec.Cmd{Path: program, Args: args, Dir: ts.MkAbs("."), Stdout: s.stdout, Stderr: s.stderr}
	for _, name := range s.names {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that end reaches whoever has replaced it
	ts.Check(cmd.Start())
	done := s.done
	go func() {
		cmd.Wait()
		close(done)
	}()
	s.cmd = cmd
	ts.Defer(func() {
		if s.cmd == cmd {
			s.end()
			ts.Logf("[stdout]\n%s[stderr]\n%s", s.stdout, s.stderr)
		}
	})
}

// end stops ginreload as Ctrl+C does and returns its exit code.
func (s *session) end() int {
	group := -s.cmd.Process.Pid
	syscall.Kill(group, syscall.SIGINT)
	patience := time.AfterFunc(20*time.Second, func() { syscall.Kill(group, syscall.SIGQUIT) })
	defer patience.Stop()
	<-s.done
	code := s.cmd.ProcessState.ExitCode()
	s.cmd = nil
	return code
}

// await stdout|stderr REGEXP
func awaitCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) != 2 || s.cmd == nil {
		ts.Fatalf("usage: await stdout|stderr REGEXP, after start")
	}
	stream := map[string]*lines{"stdout": s.stdout, "stderr": s.stderr}[args[0]]
	wanted, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	patience := time.NewTimer(30 * time.Second)
	defer patience.Stop()
	for over := false; ; {
		unread := stream.String()[s.read[args[0]]:]
		if m := wanted.FindStringSubmatchIndex(unread); m != nil {
			s.read[args[0]] += m[1]
			for i, name := range wanted.SubexpNames() {
				if name != "" {
					ts.Setenv(name, unread[m[2*i]:m[2*i+1]])
				}
			}
			return
		}
		if over {
			ts.Fatalf("no %q in what %s has had since the last await", args[1], args[0])
		}
		select {
		case <-look.C:
		case <-s.done:
			over = true
		case <-patience.C:
			over = true
		}
	}
}

// signal INT
func signalCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) != 1 || s.cmd == nil {
		ts.Fatalf("usage: signal NAME, after start")
	}
	number := unix.SignalNum("SIG" + args[0])
	if number == 0 {
		ts.Fatalf("there is no signal %s", args[0])
	}
	ts.Check(s.cmd.Process.Signal(number))
}

// interrupt
func interruptCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	if neg || len(args) != 0 || s.cmd == nil {
		ts.Fatalf("usage: interrupt, after start")
	}
	code := s.end()
	io.WriteString(ts.Stdout(), s.stdout.String())
	io.WriteString(ts.Stderr(), s.stderr.String())
	if code != 0 {
		ts.Fatalf("exit code %d", code)
	}
}

// exits CODE COMMAND...
func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// edit FILE OLD NEW
func editCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	file := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(file+"~", []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
	ts.Check(os.Rename(file+"~", file))
}

// get [PATH]
func getCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) > 1 {
		ts.Fatalf("usage: get [PATH]")
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := client.Get("http://127.0.0.1:" + ts.Getenv("PORT") + strings.Join(args, ""))
	if neg {
		if err == nil {
			resp.Body.Close()
			ts.Fatalf("somebody answers")
		}
		return
	}
	ts.Check(err)
	defer resp.Body.Close()
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
}
