package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ginreload/ginreload/internal/proc"
)

// digest says why a program ended, and what to do about it, as far as its
// output tells.
func (c *Console) digest() (reason, hint string) {
	text := colour.ReplaceAllString(strings.ReplaceAll(c.text(), "\r\n", "\n"), "")
	return cause(text), advice(text)
}

var (
	panicked = regexp.MustCompile(`(?m)\b(panic: .+|fatal error: .+)$|^SIG[A-Z]+: .+$`)
	inUse    = regexp.MustCompile(`listen (\w+) \S*:(\d+): bind: address already in use`)
	colour   = regexp.MustCompile("\x1b\\[[0-9;]*m")
)

// cause is the line of the output that says why the program ended.
func cause(text string) string {
	if m := panicked.FindString(text); m != "" {
		return m
	}
	return inUse.FindString(text)
}

// advice is what to do about it.
func advice(text string) string {
	m := inUse.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	port, err := strconv.Atoi(m[2])
	if err != nil {
		return ""
	}
	if pid := proc.PortOwner(m[1], port); pid != 0 {
		return fmt.Sprintf("port %d is held by pid %d (%s): stop that, or have the program listen elsewhere", port, pid, proc.Name(pid))
	}
	return fmt.Sprintf("port %d is held by another program: stop that, or have this one listen elsewhere", port)
}

func startHint(err error) string {
	switch {
	case errors.Is(err, syscall.EACCES):
		return "make it executable: chmod +x; if it is, its folder is mounted noexec: set TMPDIR, or tmp_dir in .air.toml, to another one"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, exec.ErrNotFound):
		return "check build.bin, build.entrypoint and build.full_bin in .air.toml"
	case errors.Is(err, syscall.ENOEXEC):
		return "the binary is not for this machine: check GOOS and GOARCH"
	}
	return ""
}

// lastWords is the end of the program's output, without colours.
func (c *Console) lastWords() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(colour.ReplaceAllString(strings.ReplaceAll(string(c.tail), "\r\n", "\n"), "")), "\n")
	return strings.Join(lines[max(0, len(lines)-lastLines):], "\n")
}

// lastLines is how many lines of a crash are worth a look: of a panic the first
// goroutine, with most of what the program said before.
const lastLines = 40

// once are words of programs that need something which another process has.
var once = regexp.MustCompile(`(?i)[^\n]*(address already in use|resource temporarily unavailable|database is locked|EADDRINUSE)[^\n]*`)

// taken returns the line of the output that says that the program needs
// something which one of the processes has, "" if there is none.
func (c *Console) taken(by []int) string {
	text := colour.ReplaceAllString(strings.ReplaceAll(c.text(), "\r\n", "\n"), "")
	line := strings.TrimSpace(once.FindString(text))
	m := inUse.FindStringSubmatch(line)
	if m == nil {
		return line
	}
	if port, err := strconv.Atoi(m[2]); err == nil && !slices.Contains(append(by, os.Getpid()), proc.PortOwner(m[1], port)) {
		return "" // somebody else's port: stopping the old one would not help
	}
	return line
}
