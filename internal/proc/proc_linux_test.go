package proc

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary is also the guard that sessions of the tests post.
const guardEnv = "PROC_TEST_GUARD"

func TestMain(m *testing.M) {
	if os.Getenv(guardEnv) != "" {
		RunGuard(os.Stdin, os.Args[1], os.Args[2])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// shell starts a script in its own group and returns when it has printed a line.
func shell(t *testing.T, script string, env ...string) (*Process, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := Start(Command{Args: []string{"sh", "-c", script}, Env: append(os.Environ(), env...), Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { KillGroup(p.PID()); <-p.Done() })
	line, _ := bufio.NewReader(r).ReadString('\n')
	return p, strings.TrimSpace(line)
}

func TestExitTellsCodeAndSignal(t *testing.T) {
	for script, want := range map[string]Exit{
		"exit 0":        {Code: 0, Known: true},
		"exit 3":        {Code: 3, Known: true},
		"kill -9 $$":    {Code: -1, Signal: "SIGKILL", Known: true},
		"kill -SEGV $$": {Code: -1, Signal: "SIGSEGV", Known: true},
	} {
		p, _ := shell(t, script)
		<-p.Done()
		if p.Exit() != want {
			t.Errorf("%s: %+v, want %+v", script, p.Exit(), want)
		}
	}
}

func TestStartOfWhatIsNotThere(t *testing.T) {
	_, err := Start(Command{Args: []string{filepath.Join(t.TempDir(), "nothing")}})
	if err == nil || !strings.HasPrefix(err.Error(), "start ") {
		t.Errorf("got %v", err)
	}
}

func TestEndOfAProcessThatIsNotOurs(t *testing.T) {
	if err := Adopt(); err != nil {
		t.Fatal(err)
	}
	// The shell leaves a child behind, which we adopt.
	parent, line := shell(t, "sleep 1000 & echo $!")
	<-parent.Done()
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	ended, stop, err := Ended(pid)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	Kill(pid)
	if exit := <-ended; exit.Signal != "SIGKILL" {
		t.Errorf("ended with %+v", exit)
	}
	if _, _, err := Ended(pid); err == nil {
		t.Error("a process that is gone can be watched")
	}
}

func TestOrphansAreReaped(t *testing.T) {
	if err := Adopt(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); Reap(ctx) }()
	_, line := shell(t, "sh -c 'exit 7' & echo $!")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for stat(pid).state != "" {
		<-look.C
	}
	cancel()
	<-done
}

func TestTreeGroupAndEnvironment(t *testing.T) {
	p, line := shell(t, "sleep 1000 & echo $!; wait", "PROC_TEST_MARK=x")
	child, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]int{"Tree": Tree(p.PID()), "Group": Group(p.PID())} {
		if !slices.Contains(got, p.PID()) || !slices.Contains(got, child) {
			t.Errorf("%s: %v has not %d and %d", name, got, p.PID(), child)
		}
	}
	if got := Children(p.PID()); !slices.Equal(got, []int{child}) {
		t.Errorf("Children: %v, want %d", got, child)
	}
	if !HasEnv(child, "PROC_TEST_MARK", "x") || !HasEnv(child, "PROC_TEST_MARK", "") || HasEnv(child, "PROC_TEST_MARK", "y") || HasEnv(child, "PROC_TEST", "") {
		t.Error("the environment of the child is misread")
	}
	if Name(p.PID()) != "sh" {
		t.Errorf("Name: %q", Name(p.PID()))
	}
}

func TestWhoListens(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			t.Logf("%s: %v", addr, err)
			continue
		}
		port := ln.Addr().(*net.TCPAddr).Port
		if got := PortOwner("tcp", port); got != os.Getpid() {
			t.Errorf("%s: owner %d, want %d", addr, got, os.Getpid())
		}
		found := slices.ContainsFunc(Listening([]int{os.Getpid()}), func(a netip.AddrPort) bool { return int(a.Port()) == port })
		if !found {
			t.Errorf("%s: not among %v", addr, Listening([]int{os.Getpid()}))
		}
		ln.Close()
		if got := PortOwner("tcp", port); got != 0 {
			t.Errorf("%s: closed, but owned by %d", addr, got)
		}
	}
}

func TestWhoHasAPortForDatagrams(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := conn.LocalAddr().(*net.UDPAddr).Port
	if got := PortOwner("udp4", port); got != os.Getpid() {
		t.Errorf("owner %d, want %d", got, os.Getpid())
	}
	conn.Close()
	if got := PortOwner("udp", port); got != 0 {
		t.Errorf("closed, but owned by %d", got)
	}
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000:0050":                         "0.0.0.0:80",
		"00000000000000000000000001000000:1F90": "[::1]:8080",
		"0000000000000000FFFF00000100007F:1F90": "127.0.0.1:8080",
	} {
		if got, ok := address(text); !ok || got.String() != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "x", "0100007F", "0100007:1F90", "zz00007F:1F90", "0100007F:1F900"} {
		if got, ok := address(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// The guard is a process of its own; it kills and removes when the pipe from
// the session's owner ends without a word.
func TestGuardClearsAwayAfterItsOwnersDeath(t *testing.T) {
	for _, dismiss := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "session")
		extra := filepath.Join(t.TempDir(), "socket")
		for _, path := range []string{dir, extra} {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		token := "token" + strconv.FormatBool(dismiss)
		marked, _ := shell(t, "trap '' TERM; echo ready; while :; do sleep 1; done", SessionEnv+"="+token)
		grouped, _ := shell(t, "echo ready; exec sleep 1000")

		guard := exec.Command(os.Args[0], token, dir)
		guard.Env = append(os.Environ(), guardEnv+"=1")
		pipe, err := guard.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := guard.Start(); err != nil {
			t.Fatal(err)
		}
		io.WriteString(pipe, "path "+extra+"\ngroup "+strconv.Itoa(grouped.PID())+"\n")
		if dismiss {
			io.WriteString(pipe, dismissed+" \n")
		}
		pipe.Close()
		if err := guard.Wait(); err != nil {
			t.Fatal(err)
		}
		_, dirErr := os.Stat(dir)
		_, extraErr := os.Stat(extra)
		if dismiss {
			if dirErr != nil || extraErr != nil {
				t.Error("a guard that was dismissed removed something")
			}
			continue
		}
		<-marked.Done()
		<-grouped.Done()
		if dirErr == nil || extraErr == nil {
			t.Error("something is left on disk")
		}
	}
}

func TestSweepKillsWhatCarriesTheToken(t *testing.T) {
	p, _ := shell(t, "trap '' TERM INT; echo ready; while :; do sleep 1; done", SessionEnv+"=sweep")
	other, _ := shell(t, "echo ready; exec sleep 1000", SessionEnv+"=another")
	sweep("sweep")
	<-p.Done()
	if stat(other.PID()).state == "" {
		t.Error("another session was swept too")
	}
}
