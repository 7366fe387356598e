//go:build linux

package service

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/proc"
)

// The test binary is the guard of the tests' sessions.
const guardEnv = "SERVICE_TEST_GUARD"

func TestMain(m *testing.M) {
	if os.Getenv(guardEnv) != "" {
		proc.RunGuard(os.Stdin, os.Args[1], os.Args[2])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// rig runs one command.
type rig struct {
	t          *testing.T
	dir        string
	edits      chan struct{}
	may        chan struct{}
	stop, kill chan struct{}
	ready      chan struct{}
	events     chan event.Event
	done       chan struct{}
}

// launch starts a command that has had its cue. Processes write to files in
// its folder what the test is to know.
func launch(t *testing.T, settings Settings) *rig {
	t.Helper()
	t.Setenv(guardEnv, "1") // not for all: a worker of the fuzzer would become a guard too
	session, err := proc.Open([]string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, dir: t.TempDir(), edits: make(chan struct{}), may: make(chan struct{}), stop: make(chan struct{}), kill: make(chan struct{}),
		ready: make(chan struct{}, 8), events: make(chan event.Event, 64), done: make(chan struct{}),
	}
	output, err := os.Create(filepath.Join(r.dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	c := Command{
		Settings: settings, Session: session, Dir: r.dir, Env: os.Environ, Stdout: output, Stderr: output,
		Settle: func() {}, Edits: r.edits, Publish: func(e event.Event) { r.events <- e },
	}
	close(r.may)
	go func() {
		defer close(r.done)
		c.Run(context.Background(), Cues{May: r.may, Stop: r.stop, Kill: r.kill, Ready: func() { r.ready <- struct{}{} }})
	}()
	t.Cleanup(func() {
		select {
		case <-r.done:
		default:
			close(r.kill)
			<-r.done
		}
		output.Close()
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// await returns the next event of a kind.
func (r *rig) await(kind event.Kind) event.Event {
	r.t.Helper()
	patience := time.After(20 * time.Second)
	for {
		select {
		case e := <-r.events:
			if e.Kind == kind {
				return e
			}
		case <-patience:
			r.t.Fatalf("no %s", kind)
		}
	}
}

func (r *rig) isReady() bool {
	select {
	case <-r.ready:
		return true
	default:
		return false
	}
}

// number reads a file that a process writes, with a number and a newline.
func (r *rig) number(file string) int {
	r.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for range 4000 {
		text, _ := os.ReadFile(filepath.Join(r.dir, file))
		if line, ok := strings.CutSuffix(string(text), "\n"); ok {
			n, err := strconv.Atoi(line)
			if err != nil {
				r.t.Fatal(err)
			}
			return n
		}
		<-look.C
	}
	r.t.Fatalf("no %s", file)
	return 0
}

func lives(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestCrashIsFollowedByAStart(t *testing.T) {
	r := launch(t, Settings{Line: `echo x >>starts; sleep 1000 & echo $! >child; [ $(wc -l <starts) -gt 2 ] && exec sleep 1000; exit 3`})
	e := r.await(event.CommandEnded)
	if e.Exit == nil || e.Exit.Code != 3 || e.Action != rerun || e.Command == nil || e.Command.Role != "service" {
		t.Errorf("%+v", e)
	}
	if child := r.number("child"); lives(child) {
		t.Errorf("child %d of what has crashed lives", child)
	}
	r.edits <- struct{}{} // the second one skips the pause
	r.await(event.CommandBegun)
	if e := r.await(event.CommandEnded); e.Why != "in 500ms" {
		t.Errorf("after an edit the pause is %q", e.Why)
	}
	if e := r.await(event.CommandBegun); e.Generation != 3 {
		t.Errorf("start %d", e.Generation)
	}
	if !r.isReady() || r.isReady() {
		t.Error("it was not told once that it is ready")
	}
}

func TestStandardInputStaysOpen(t *testing.T) {
	r := launch(t, Settings{Line: `echo $$ >pid; cat; echo over >over`})
	pid := r.number("pid")
	close(r.stop)
	r.await(event.CommandEnded)
	<-r.done
	if _, err := os.Stat(filepath.Join(r.dir, "over")); err == nil {
		t.Error("the standard input ended")
	}
	if lives(pid) {
		t.Error("it lives")
	}
}

func TestWhatAShellLeavesBehindHasTheGrace(t *testing.T) {
	r := launch(t, Settings{Line: `(trap 'sleep 0.2; echo bye >bye; exit' TERM; echo 1 >up; sleep 1000 & wait) & trap 'exit 0' TERM; wait`, Grace: 20 * time.Second})
	r.number("up")
	close(r.stop)
	<-r.done
	if _, err := os.Stat(filepath.Join(r.dir, "bye")); err != nil {
		t.Error("the program below the shell was not waited for")
	}
}

func TestWhatDoesNotStopIsKilled(t *testing.T) {
	r := launch(t, Settings{Line: `trap '' TERM; echo $$ >pid; while :; do sleep 1000; done`, Grace: 50 * time.Millisecond})
	pid := r.number("pid")
	close(r.stop)
	if e := r.await(event.Notice); e.Level != event.Warn || !strings.Contains(e.Message, "50ms") {
		t.Errorf("%+v", e)
	}
	<-r.done
	if lives(pid) {
		t.Error("it lives")
	}
}

func TestReadyWhenItAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	r := launch(t, Settings{Line: "exec sleep 1000", Ready: address})
	r.await(event.CommandBegun)
	if r.isReady() {
		t.Error("ready before anybody answers")
	}
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if e := r.await(event.Notice); !strings.Contains(e.Message, address+" answers") {
		t.Errorf("%+v", e)
	}
	<-r.ready
}

func TestReadyAtItsEnd(t *testing.T) {
	r := launch(t, Settings{Line: "sleep 0.05", Ready: AtExit})
	if e := r.await(event.CommandEnded); e.Exit == nil || *e.Exit != (event.Exit{}) || e.Action != "" {
		t.Errorf("%+v", e)
	}
	<-r.ready
	close(r.stop)
	<-r.done
}

func TestURLAnswersWithAGoodStatus(t *testing.T) {
	status := http.StatusServiceUnavailable
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		status = http.StatusFound
	}))
	defer server.Close()
	if !answers(t.Context(), server.URL) {
		t.Error("no answer")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if answers(ctx, "127.0.0.1:1") {
		t.Error("an answer from nobody")
	}
}
