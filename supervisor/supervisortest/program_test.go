//go:build unix

package supervisortest_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ginreload/ginreload/supervisor/supervisortest"
)

func TestStartSaysWhyNothingAnswers(t *testing.T) {
	t.Parallel()
	url := fmt.Sprintf("http://127.0.0.1:%d", freePort(t))
	for name, tc := range map[string]struct {
		program supervisortest.Program
		within  time.Duration
		want    string
	}{
		"no binary": {supervisortest.Program{Path: "/nowhere/server"}, time.Minute, "start /nowhere/server"},
		"it ends":   {supervisortest.Program{Path: "sh", Args: []string{"-c", "exit 3"}}, time.Minute, "sh ended: exit status 3"},
		"it hangs": {supervisortest.Program{Path: "sh", Args: []string{"-c", "trap '' TERM; sleep 60; :"}}, 50 * time.Millisecond,
			"no new generation answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), tc.within)
			defer cancel()
			tc.program.URL = url
			_, err := tc.program.Start(ctx)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestProcessIsKilledWhenItsOutputSaysSo(t *testing.T) {
	t.Parallel()
	program := supervisortest.Program{
		Path: "sh", Args: []string{"-c", `echo "at work, pid $$, $GREETING"; sleep 60; :`}, Env: []string{"GREETING=hello"},
	}
	process, err := program.Launch()
	if err != nil {
		t.Fatal(err)
	}
	defer process.Stop(t.Context())
	said, err := process.Expect(t.Context(), regexp.MustCompile(`pid (\d+), hello\n`))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(said[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Signal(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := process.AwaitExit(t.Context(), pid); err != nil {
		t.Error(err)
	}
	process.Kill() // what the shell has started
	<-process.Ended()
	var exit *exec.ExitError
	if err := process.Exit(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("exit: %v", err)
	}
	if err := process.AwaitExit(t.Context(), pid); err != nil {
		t.Errorf("again: %v", err)
	}
	if !strings.HasSuffix(process.Output(), ", hello\n") {
		t.Errorf("output: %q", process.Output())
	}
	if _, err := process.Expect(t.Context(), regexp.MustCompile("hello")); err == nil {
		t.Error("the same output was found again")
	}
}

func TestAskTakesThePlaceOfTheSignal(t *testing.T) {
	t.Parallel()
	refused := errors.New("not now")
	program := supervisortest.Program{
		Path: "sh", Args: []string{"-c", "sleep 60; :"},
		Ask: func(context.Context, int) error { return refused },
	}
	process, err := program.Launch()
	if err != nil {
		t.Fatal(err)
	}
	defer process.Stop(t.Context())
	defer process.Kill()
	if err := process.Ask(t.Context()); !errors.Is(err, refused) {
		t.Error(err)
	}
}
