//go:build unix

package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/ginreload/ginreload/internal/event"
)

// tool is ginreload or Air.
type tool struct {
	name     string
	path     string
	patience time.Duration // for what a step waits for
}

func (t tool) ours() bool { return t.name == "ginreload" }

// made is what the tests build once: ginreload and the witness.
var made struct {
	dir       string
	ginreload tool
	commands  string // folder with say, hang and forge
}

// air is nil unless $AIR names it.
func air() *tool {
	path := os.Getenv("AIR")
	if path == "" {
		return nil
	}
	return &tool{name: "air", path: path, patience: 10 * time.Second}
}

func prepare() error {
	dir, err := os.MkdirTemp("", "conform")
	if err != nil {
		return err
	}
	made.dir, made.commands = dir, filepath.Join(dir, "commands")
	made.ginreload = tool{"ginreload", filepath.Join(dir, "ginreload"), 40 * time.Second}
	if err := os.Mkdir(made.commands, 0o755); err != nil {
		return err
	}
	build := func(output, folder string) error {
		cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", output, ".")
		cmd.Dir = filepath.FromSlash(folder)
		cmd.Env = append(os.Environ(), "GO111MODULE=auto")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", folder, err, out)
		}
		return nil
	}
	if err := build(made.ginreload.path, "../../cmd/ginreload"); err != nil {
		return err
	}
	if err := build(filepath.Join(dir, "witness"), "testdata/witness"); err != nil {
		return err
	}
	for _, name := range []string{"say", "hang", "forge"} {
		if err := os.Symlink(filepath.Join(dir, "witness"), filepath.Join(made.commands, name)); err != nil {
			return err
		}
	}
	// As a user would who types air: an alias of the same binary.
	return os.Symlink(made.ginreload.path, filepath.Join(dir, "air"))
}

// running is a tool that runs.
type running struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended, after the entry of its exit
}

// launch starts the tool and writes down what it prints. What is still open at
// the end of the case is closed then, so that a process that was left behind
// keeps nobody.
func (t tool) launch(tb testing.TB, c *chronicle, dir string, args, env []string, text, terminal bool) (*running, error) {
	if t.ours() && !text {
		args = append([]string{"--json"}, args...)
	}
	r := &running{cmd: exec.Command(t.path, args...), done: make(chan struct{})}
	r.cmd.Dir, r.cmd.Env = dir, env
	stdout, err := stream(tb, func(line string) {
		if t.ours() && !text {
			c.add(events, eventText(line), nil)
		} else {
			c.add(output, line, nil)
		}
	})
	if err != nil {
		return nil, err
	}
	stderr, err := stream(tb, func(line string) { c.add(output, line, nil) })
	if err != nil {
		return nil, err
	}
	r.cmd.Stdout, r.cmd.Stderr = stdout, stderr
	if terminal {
		ours, its, err := pty.Open()
		if err != nil {
			return nil, err
		}
		defer its.Close()
		follow(tb, ours, func(line string) { c.add(output, line, nil) })
		r.cmd.Stdout, r.cmd.Stderr = its, its
	}
	err = r.cmd.Start()
	stdout.Close()
	stderr.Close()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", t.name, err)
	}
	go func() {
		defer close(r.done)
		r.cmd.Wait()
		c.add(exit, fmt.Sprint(r.cmd.ProcessState.ExitCode()), nil)
	}()
	return r, nil
}

func stream(tb testing.TB, line func(string)) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	follow(tb, r, line)
	return w, nil
}

func follow(tb testing.TB, r *os.File, line func(string)) {
	tb.Cleanup(func() { r.Close() })
	go func() {
		for in := bufio.NewReader(r); ; {
			text, err := in.ReadString('\n')
			if text = strings.TrimSuffix(text, "\n"); text != "" || err == nil {
				line(text)
			}
			if err != nil {
				return
			}
		}
	}()
}

// eventText makes a line of an event that steps match: its kind and what
// matters of it.
func eventText(line string) string {
	var e event.Event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		return "not JSON: " + line
	}
	words := []string{string(e.Kind)}
	if e.Action != "" {
		words = append(words, e.Action, strings.Join(e.Files, " "))
	}
	if e.Action == "ignore" {
		words = append(words, "because", e.Why)
	}
	if e.Build != nil {
		words = append(words, string(e.Build.Outcome), e.Build.Output)
	}
	if e.Command != nil {
		words = append(words, e.Command.Role, e.Command.Line)
	}
	if e.Exit != nil {
		words = append(words, fmt.Sprintf("exit %d %s", e.Exit.Code, e.Exit.Signal))
	}
	for _, text := range []string{string(e.Level), e.Message, e.Hint} {
		if text != "" {
			words = append(words, text)
		}
	}
	return strings.Join(words, " ")
}
