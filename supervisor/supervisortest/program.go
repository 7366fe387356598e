package supervisortest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Program says how to start a server as a process and how to upgrade it.
type Program struct {
	Path   string    // the binary
	Args   []string  // its arguments
	Dir    string    // where it runs; here if empty
	Env    []string  // added to the environment of this process
	Signal os.Signal // asks the generation that serves for an upgrade
	URL    string    // where it answers, for example http://127.0.0.1:8080

	// PIDPath answers a GET with the PID of the process that serves, and with
	// nothing else; "/pid" if empty.
	PIDPath string

	// Output takes what all generations print; nothing if nil.
	Output io.Writer
}

// piped hides what the writer is: exec hands a bare *os.File to the child
// itself and makes a pipe for anything else.
type piped struct{ io.Writer }

// Process is a Program that runs, in whichever generation. Its methods are for
// one goroutine at a time.
type Process struct {
	program Program
	cmd     *exec.Cmd
	pid     int           // of the generation that serves
	ended   chan struct{} // closed when no generation holds its output any more
	err     error         // of cmd.Wait; written before ended is closed
}

// Upgrade is one upgrade as seen from outside.
type Upgrade struct {
	Old, New int           // PIDs
	Answered time.Duration // signal → the new generation answers
	Gone     time.Duration // signal → the old generation has ended
}

// ask is how often a Process is asked for its PID. The first answer of another
// generation has no other sign that shows outside.
const ask = 2 * time.Millisecond

// Start starts the program and returns when it answers, or with an error when
// it ends before or ctx is done. The caller has to call Stop.
func (p Program) Start(ctx context.Context) (*Process, error) {
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Dir = p.Dir
	cmd.Env = append(os.Environ(), p.Env...)
	cmd.SysProcAttr = ownGroup()
	// A pipe, even when the output is not wanted: every generation inherits it,
	// so that Wait returns when the last one has ended, whoever its parent is.
	cmd.Stdout = piped{cmp.Or(p.Output, io.Discard)}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	process := &Process{program: p, cmd: cmd, ended: make(chan struct{})}
	go process.wait()
	if err := process.await(ctx); err != nil {
		return nil, errors.Join(err, process.Stop(ctx))
	}
	return process, nil
}

// PID is that of the generation that served when Start or Upgrade returned.
func (p *Process) PID() int { return p.pid }

// Upgrade asks the generation that serves for an upgrade, and returns when
// another one has answered and the old one has ended.
func (p *Process) Upgrade(ctx context.Context) (Upgrade, error) {
	u := Upgrade{Old: p.pid}
	gone, err := watchExit(p.pid)
	if err != nil {
		return u, fmt.Errorf("watch process %d: %w", p.pid, err)
	}
	defer gone.close()
	start := time.Now()
	if err := signal(p.pid, p.program.Signal); err != nil {
		return u, fmt.Errorf("ask process %d for an upgrade: %w", p.pid, err)
	}
	if err := p.await(ctx); err != nil {
		return u, fmt.Errorf("upgrade of process %d: %w", u.Old, err)
	}
	u.New, u.Answered = p.pid, time.Since(start)
	if err := gone.wait(ctx); err != nil {
		return u, fmt.Errorf("process %d replaced by %d: wait for its end: %w", u.Old, u.New, err)
	}
	u.Gone = time.Since(start)
	return u, nil
}

// Stop ends the program: SIGTERM for the generation that serves, and when ctx
// is done SIGKILL for all. It returns when all have ended. How the program
// exits is no error.
func (p *Process) Stop(ctx context.Context) error {
	select {
	case <-p.ended: // the PIDs may be those of others by now
	default:
		signal(cmp.Or(p.pid, p.cmd.Process.Pid), stopSignal)
	}
	select {
	case <-p.ended:
	case <-ctx.Done():
		killGroup(p.cmd.Process.Pid)
		<-p.ended
	}
	var exit *exec.ExitError
	if p.err == nil || errors.As(p.err, &exit) {
		return nil
	}
	return fmt.Errorf("wait for %s: %w", p.program.Path, p.err)
}

// wait reaps the first generation, and is joined by Stop.
func (p *Process) wait() {
	defer close(p.ended)
	p.err = p.cmd.Wait()
}

// await returns when a generation other than the last known one answers, whose
// PID it keeps.
func (p *Process) await(ctx context.Context) error {
	client := http.Client{
		Transport: &http.Transport{DisableKeepAlives: true},
		Timeout:   time.Second,
	}
	again := time.NewTicker(ask)
	defer again.Stop()
	for {
		if pid, err := p.answeringPID(ctx, &client); err == nil && pid != p.pid {
			p.pid = pid
			return nil
		}
		select {
		case <-again.C:
		case <-p.ended:
			return fmt.Errorf("%s ended: %w", p.program.Path, cmp.Or(p.err, errNoGeneration))
		case <-ctx.Done():
			return fmt.Errorf("no new generation answers at %s: %w", p.program.URL, context.Cause(ctx))
		}
	}
}

var errNoGeneration = errors.New("no generation is left")

func (p *Process) answeringPID(ctx context.Context, client *http.Client) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.program.URL+cmp.Or(p.program.PIDPath, "/pid"), nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
