//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is also the command: tests start it with asCommand set, so
// that what is tested is what is built here, race detector and all.
const asCommand = "GINRELOAD_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run())
	}
	testscript.Main(inTurn{m}, map[string]func(){"ginreload": func() { os.Exit(run()) }})
}

// inTurn runs the tests when the conformance suite, which go test would run
// beside them, does not: two such loads on two cores take minutes for seconds.
type inTurn struct{ *testing.M }

func (t inTurn) Run() int {
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "ginreload-tests.lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err == nil {
		defer f.Close()
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the tests do not wait for their turn:", err)
	}
	return t.M.Run()
}
