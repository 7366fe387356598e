//go:build unix

package conformance

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Case is a behaviour: a project, how the tool is started, and what happens.
type Case struct {
	name, covers     string // groups and traps, see coverage_test.go
	top, build, rest string // of the configuration: before [build], in it, after it
	config           string // all of it, instead
	golang           bool   // the program is compiled by go build
	place            string // of the project, "" for shop
	files            map[string]string
	args, env        []string
	text             bool // ginreload without --json, as a user sees it
	terminal         bool // its output is a terminal
	alias            bool // ginreload is called air
	steps            []step
	differs          string // Air does otherwise: key phrase of the row in docs/migrating-from-air.md
	only             string // why Air cannot be asked
	slow             bool   // left out with -short
	abandon          bool   // what is left at the end is of no interest
}

// A step does something or waits for something.
type step struct {
	what string
	do   func(*scene) error
}

// onlyAir saves the time for ginreload while a case is made to fit Air.
var onlyAir = flag.Bool("only-air", false, "play the cases with Air alone")

func TestMain(m *testing.M) {
	flag.Parse()
	// Most of a case is waiting for processes.
	if parallel := flag.Lookup("test.parallel"); parallel != nil && parallel.Value.String() == parallel.DefValue {
		flag.Set("test.parallel", "4")
	}
	code := 1
	inTurn()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(made.dir)
	os.Exit(code)
}

// inTurn waits until the tests of cmd/ginreload, which go test would run beside
// these, are not under way: two such loads on two cores take minutes for seconds.
// The process has its turn until it ends.
func inTurn() {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "ginreload-tests.lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the tests do not wait for their turn:", err)
	}
	turn = f
}

// turn is kept open: the lock goes with it.
var turn *os.File

func TestCases(t *testing.T) {
	t.Parallel()
	for _, group := range groups() {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for i, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					if testing.Short() && (c.slow || i%3 != 0) {
						t.Skip("one of three, and none that takes seconds")
					}
					check(t, c)
				})
			}
		})
	}
}

// check runs a case with ginreload, and with Air when there is one.
func check(t *testing.T, c Case) {
	t.Helper()
	if !*onlyAir {
		if err := play(t, c, made.ginreload); err != nil {
			t.Errorf("ginreload: %v", err)
		}
	}
	other := air()
	if other == nil || c.only != "" {
		return
	}
	if c.differs != "" {
		other.patience /= 2
	}
	err := play(t, c, *other)
	if (err != nil) != (c.differs != "") { // Air is not always the same
		err = play(t, c, *other)
	}
	switch {
	case err == nil && c.differs != "":
		t.Errorf("Air does the same, though %q says that they differ", c.differs)
	case err != nil && c.differs != "":
		first, _, _ := strings.Cut(err.Error(), "\n")
		t.Logf("DIFFERS (%s): Air: %s", c.differs, first)
	case err != nil:
		t.Errorf("DIFFERS, and is not meant to: Air: %v", err)
	}
}

// scene is one case while it is played.
type scene struct {
	Case
	tool
	tb       testing.TB
	dir      string // of the project
	port     string
	witness  string
	log      *chronicle
	running  *running
	mark     int // entries from here on belong to the last thing that was done
	version  int // of the program, as reload counts it
	stopping bool
}

// play returns what did not happen as the steps have it.
func play(t *testing.T, c Case, with tool) (err error) {
	t.Helper()
	s := &scene{Case: c, tool: with, tb: t, log: newChronicle(), version: 1}
	if c.alias && with.ours() {
		s.path = made.dir + "/air"
	}
	if s.dir, err = layOut(t, c); err != nil {
		return err
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer ln.Close()
	s.witness = ln.Addr().String()
	go s.log.listen(ln)
	defer s.tearDown()
	for i, step := range c.steps {
		if err := step.do(s); err != nil {
			return fmt.Errorf("step %d, %s: %w\n%s", i+1, step.what, err, s.log)
		}
	}
	if s.running == nil || s.abandon {
		return nil
	}
	if err := s.leave(); err != nil {
		return fmt.Errorf("at the end: %w\n%s", err, s.log)
	}
	return nil
}

// leave stops the tool unless a step has, and looks for what it leaves behind.
func (s *scene) leave() error {
	if !s.stopping {
		if err := interrupt.do(s); err != nil {
			return err
		}
	}
	if err := s.log.await(s.patience, 0, "the exit of "+s.tool.name, func(all []entry) bool { return count(all, exit, "") > 0 }); err != nil {
		return err
	}
	return nothingLeft.do(s)
}

// tearDown ends what is still there: the tool by force, the witnesses because
// their connection ends.
func (s *scene) tearDown() {
	if s.running != nil {
		s.running.cmd.Process.Signal(syscall.SIGTERM)
		impatient := time.AfterFunc(5*time.Second, func() { s.running.cmd.Process.Kill() })
		defer impatient.Stop()
		defer func() { <-s.running.done }()
	}
	for _, e := range s.log.since(0) {
		if e.who != nil {
			e.who.conn.Close()
		}
	}
}
