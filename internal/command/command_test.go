//go:build unix

package command

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/ginreload/ginreload/internal/proc"
)

// The test binary is the guard of the tests' sessions.
const guardEnv = "COMMAND_TEST_GUARD"

func TestMain(m *testing.M) {
	if os.Getenv(guardEnv) != "" {
		proc.RunGuard(os.Stdin, os.Args[1], os.Args[2])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// run runs a line in an empty folder; said sees each line of output.
func run(t *testing.T, ctx context.Context, line string, said func(string)) proc.Exit {
	t.Helper()
	t.Setenv(guardEnv, "1")
	session, err := proc.Open([]string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}()
	exit, err := Run(ctx, Command{Session: session, Line: line, Dir: t.TempDir(), Env: append(os.Environ(), "WHO=me")}, said)
	if err != nil {
		t.Fatal(err)
	}
	return exit
}

func TestOutputComesByLines(t *testing.T) {
	var lines []string
	line := `echo one; echo "two $WHO" >&2; printf 'three\r\n\n'; pwd | sed 's/.*/somewhere/'; printf 'no end'; exit 3`
	exit := run(t, t.Context(), line, func(line string) { lines = append(lines, line) })
	if want := []string{"one", "two me", "three", "", "somewhere", "no end"}; !slices.Equal(lines, want) {
		t.Errorf("lines %q, want %q", lines, want)
	}
	if exit != (proc.Exit{Code: 3, Known: true}) {
		t.Errorf("ended with %v", exit)
	}
}

func TestLongLinesAreCut(t *testing.T) {
	total := 0
	run(t, t.Context(), `head -c 200000 /dev/zero | tr '\0' x; echo`, func(line string) {
		total += len(line)
		if len(line) > longestLine {
			t.Errorf("a line of %d bytes", len(line))
		}
	})
	if total != 200000 {
		t.Errorf("%d bytes", total)
	}
}

func TestEndOfTheContextKillsAll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	child := 0
	exit := run(t, ctx, `trap '' INT TERM; sleep 1000 & echo $!; wait`, func(line string) {
		child, _ = strconv.Atoi(line)
		cancel()
	})
	if exit.Signal != "SIGKILL" {
		t.Errorf("ended with %v", exit)
	}
	if child == 0 || syscall.Kill(child, 0) == nil && !zombie(child) {
		t.Errorf("child %d lives", child)
	}
}

// zombie reports whether a process waits for nobody but its parent.
func zombie(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestProcessInTheBackgroundIsNotWaitedFor(t *testing.T) {
	var lines []string
	exit := run(t, t.Context(), `sleep 1000 & echo started`, func(line string) { lines = append(lines, line) })
	if !exit.OK() || !slices.Equal(lines, []string{"started"}) {
		t.Errorf("ended with %v after %q", exit, lines)
	}
}

func TestMissingFolderIsAnError(t *testing.T) {
	session := &proc.Session{}
	if _, err := Run(t.Context(), Command{Session: session, Line: "true", Dir: filepath.Join(t.TempDir(), "none")}, nil); err == nil {
		t.Error("no error")
	}
}
