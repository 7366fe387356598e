package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const stopWithin = 5 * time.Second

// running is a tool as a process. Tools put their programs into process groups
// and sessions of their own, so what belongs to it is known by a mark in the
// environment, which all descendants inherit.
type running struct {
	cmd    *exec.Cmd
	output string
	mark   []byte
	ended  chan error
}

func launch(command []string, dir, output string, env []string) (*running, error) {
	file, err := os.Create(output)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	mark := "GINRELOAD_BENCH=" + rand.Text()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, append(env, mark)
	cmd.Stdout, cmd.Stderr = file, file
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	r := &running{cmd: cmd, output: output, mark: []byte(mark), ended: make(chan error, 1)}
	go r.wait()
	return r, nil
}

// wait reaps the tool, and is joined by stop.
func (r *running) wait() { r.ended <- r.cmd.Wait() }

// stop interrupts the tool as a terminal would, which lets it end its program
// itself, and kills what is left after that.
func (r *running) stop() error {
	interruptGroup(r.cmd.Process.Pid)
	patience := time.NewTimer(stopWithin)
	defer patience.Stop()
	var ended error
	select {
	case ended = <-r.ended:
		if err := r.killMarked(); err != nil {
			return err
		}
	case <-patience.C:
		if err := r.killMarked(); err != nil {
			return err
		}
		ended = <-r.ended
	}
	// A tool that was interrupted exits with what it likes.
	if exit := (*exec.ExitError)(nil); errors.As(ended, &exit) {
		return nil
	}
	return ended
}

// killMarked goes on until it finds nothing more to kill, because what it
// kills may be starting something meanwhile.
func (r *running) killMarked() error {
	for range 100 {
		killed, err := r.killOnce()
		if killed == 0 || err != nil {
			return err
		}
	}
	return fmt.Errorf("processes that %s started keep coming back", r.cmd.Path)
}

func (r *running) killOnce() (int, error) {
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return 0, err
	}
	killed := 0
	for _, path := range environs {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		// On Linux this is a handle: should the PID go to another process before
		// the kill, the kill finds nobody.
		process, err := os.FindProcess(pid)
		if err != nil {
			continue
		}
		if environ, err := os.ReadFile(path); err == nil && bytes.Contains(environ, r.mark) {
			if process.Kill() == nil {
				killed++
			}
		}
		process.Release()
	}
	return killed, nil
}

// tail is the end of what the tool and its program printed, without the log of
// the requests.
func (r *running) tail() string {
	const keep = 20
	text, _ := os.ReadFile(r.output)
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "[GIN] ")
	})
	return strings.Join(lines[max(0, len(lines)-keep):], "\n")
}
