package proc

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Leftover is a kind of thing that the guard clears away.
type Leftover string

// Leftovers.
const (
	LeftGroup Leftover = "group" // a process group to kill
	LeftPath  Leftover = "path"  // a file or folder to remove
)

const dismissed = "dismissed"

// Guard is the guard as seen from the process that it watches.
type Guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// PostGuard starts the guard in a session of its own, where no terminal and no
// kill of a process group reaches it. It reads what to do from a pipe whose
// end of file is ginreload's death. self is the command that runs RunGuard.
func PostGuard(self []string) (*Guard, error) { return postGuard(self, "", "") }

// postGuard does the same for a session: the guard ends what carries its token,
// and removes its folder.
func postGuard(self []string, token, dir string) (*Guard, error) {
	cmd := exec.Command(self[0], append(self[1:len(self):len(self)], token, dir)...)
	cmd.SysProcAttr = ownSession()
	cmd.Dir = os.TempDir()
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("post the guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("post the guard: %w", err)
	}
	return &Guard{cmd, pipe}, nil
}

// PID is that of the guard.
func (g *Guard) PID() int { return g.cmd.Process.Pid }

// Tell has the guard deal with one more thing. It never fails the caller: a
// guard that is gone guards nothing, and that is what it would be told.
func (g *Guard) Tell(what Leftover, name string) { fmt.Fprintf(g.pipe, "%s %s\n", what, name) }

// Dismiss ends the guard.
func (g *Guard) Dismiss() {
	g.Tell(dismissed, "")
	g.pipe.Close()
	g.cmd.Wait()
}

// RunGuard is the guard process. It returns when ginreload dismisses it, or
// when it has cleared away what a ginreload that was killed has left.
func RunGuard(orders io.Reader, token, dir string) {
	ignoreInterrupts()
	left := map[Leftover][]string{}
	if dir != "" {
		left[LeftPath] = []string{dir}
	}
	lines := bufio.NewScanner(orders)
	for lines.Scan() {
		what, name, _ := strings.Cut(lines.Text(), " ")
		if what == dismissed {
			return
		}
		left[Leftover(what)] = append(left[Leftover(what)], name)
	}
	for _, name := range left[LeftGroup] {
		if group, err := strconv.Atoi(name); err == nil && group > 1 {
			KillGroup(group)
		}
	}
	if token != "" {
		sweep(token)
	}
	for _, path := range left[LeftPath] {
		os.RemoveAll(path)
	}
}
