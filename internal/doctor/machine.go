package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Machine is how Gather asks. Local returns the one that it runs on; tests have
// others.
type Machine struct {
	System string // as GOOS
	Env    []string
	// Look finds a program on PATH.
	Look func(program string) (string, error)
	// Output runs a program in a folder with an environment and returns what it
	// prints; an error says what it had to say.
	Output func(ctx context.Context, dir string, env []string, program string, args ...string) (string, error)
	// Limit reads a limit of inotify by its name, 0 where there is none.
	Limit func(name string) int
	// Inotify counts what is in use by this user.
	Inotify func() (watches, instances int)
	// Free is how many bytes are left where a folder lies, 0 for not known.
	Free func(folder string) uint64
	// FileSystem says on what a folder lies.
	FileSystem func(folder string) FileSystem
	// Taken reports whether nobody could listen on a TCP port now, and Owner who
	// does, "" for not known.
	Taken func(port int) bool
	Owner func(port int) string
	// Sockets tries whether listening sockets of programs can be kept.
	Sockets func() error
}

// Local is this machine. on says on what a folder lies; owner returns the process
// that has a port, 0 for none; keep tries whether listening sockets can be kept.
func Local(system string, env []string, on func(folder string) FileSystem, owner func(network string, port int) int, keep func() error) Machine {
	return Machine{
		System: system, Env: env, Look: exec.LookPath, Output: output,
		Limit: limit, Inotify: inotify, Free: free, FileSystem: on,
		Taken: taken, Owner: func(port int) string { return describe(owner("tcp", port)) }, Sockets: keep,
	}
}

func output(ctx context.Context, dir string, env []string, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) > 0 {
		lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", errors.New(lines[len(lines)-1])
	}
	return strings.TrimSpace(string(out)), err
}

func limit(name string) int {
	text, _ := os.ReadFile("/proc/sys/fs/inotify/" + name) // not there but on Linux
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

func taken(port int) bool {
	l, err := net.Listen("tcp", ":"+strconv.Itoa(port))
	if err != nil {
		return !errors.Is(err, os.ErrPermission)
	}
	l.Close()
	return false
}

// describe names a process, "" for none.
func describe(pid int) string {
	if pid == 0 {
		return ""
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return fmt.Sprintf("pid %d", pid)
	}
	return fmt.Sprintf("%s (pid %d)", strings.TrimSpace(string(name)), pid)
}
