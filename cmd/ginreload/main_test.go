package main

import (
	"os"
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
	testscript.Main(m, map[string]func(){"ginreload": func() { os.Exit(run()) }})
}
