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
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Process is a Program that runs, in whichever generation. Its methods are for
// one goroutine at a time, but for Signal, Kill, Ended, Output and Expect.
type Process struct {
	program Program
	cmd     *exec.Cmd
	out     *transcript
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

// PID is that of the generation that served when Start, Upgrade, Next or
// Serving returned, 0 before the first of them.
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
	if err := p.Ask(ctx); err != nil {
		return u, err
	}
	if _, err := p.Next(ctx); err != nil {
		return u, fmt.Errorf("upgrade of process %d: %w", u.Old, err)
	}
	u.New, u.Answered = p.pid, time.Since(start)
	if err := gone.wait(ctx); err != nil {
		return u, fmt.Errorf("process %d replaced by %d: wait for its end: %w", u.Old, u.New, err)
	}
	u.Gone = time.Since(start)
	return u, nil
}

// Ask asks the generation that serves for an upgrade, and does not wait for
// what comes of it.
func (p *Process) Ask(ctx context.Context) error {
	var err error
	if p.program.Ask != nil {
		err = p.program.Ask(ctx, p.pid)
	} else {
		err = signal(p.pid, p.program.Signal)
	}
	if err != nil {
		return fmt.Errorf("ask process %d for an upgrade: %w", p.pid, err)
	}
	return nil
}

// Next returns when a generation answers other than that of PID, which is then
// its own.
func (p *Process) Next(ctx context.Context) (pid int, err error) {
	old := p.pid
	return p.await(ctx, func(pid int) bool { return pid != old })
}

// Serving returns the PID of the generation that answers, once one does. It is
// that of PID from then on.
func (p *Process) Serving(ctx context.Context) (pid int, err error) {
	return p.await(ctx, func(int) bool { return true })
}

// Signal sends sig to the process with this PID, of whichever generation.
func (p *Process) Signal(pid int, sig os.Signal) error {
	if err := signal(pid, sig); err != nil {
		return fmt.Errorf("send %v to process %d: %w", sig, pid, err)
	}
	return nil
}

// AwaitExit returns when the process with this PID has ended, of whichever
// generation and whoever its parent is.
func (p *Process) AwaitExit(ctx context.Context, pid int) error {
	gone, err := watchExit(pid)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch process %d: %w", pid, err)
	}
	defer gone.close()
	if err := gone.wait(ctx); err != nil {
		return fmt.Errorf("wait for the end of process %d: %w", pid, err)
	}
	return nil
}

// Kill kills all generations. Stop is to be called all the same.
func (p *Process) Kill() {
	select {
	case <-p.ended: // the group may be another one by now
	default:
		killGroup(p.cmd.Process.Pid)
	}
}

// Ended is closed when all generations have ended, and whatever else had their
// output.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Exit says how the first generation has ended: nil for exit status 0, else an
// *exec.ExitError. It may be called once Ended is closed.
func (p *Process) Exit() error { return p.err }

// Output is the end of what all generations have printed, at most 1 MiB.
func (p *Process) Output() string { return p.out.String() }

// Expect waits until the generations have printed something that matches, and
// returns it with its groups. The search begins after the last match. Together
// with Signal it kills a process at a moment that its output tells.
func (p *Process) Expect(ctx context.Context, re *regexp.Regexp) ([]string, error) {
	match, err := p.out.expect(ctx, p.ended, re)
	if err != nil {
		return nil, fmt.Errorf("wait for %v in the output of %s: %w", re, p.program.Path, err)
	}
	return match, nil
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

// await returns when a generation answers that is meant, and keeps its PID.
func (p *Process) await(ctx context.Context, meant func(pid int) bool) (int, error) {
	client := http.Client{
		Transport: &http.Transport{DisableKeepAlives: true},
		Timeout:   time.Second,
	}
	again := time.NewTicker(ask)
	defer again.Stop()
	for {
		if pid, err := p.answeringPID(ctx, &client); err == nil && meant(pid) {
			p.pid = pid
			return pid, nil
		}
		select {
		case <-again.C:
		case <-p.ended:
			return 0, fmt.Errorf("%s ended: %w", p.program.Path, cmp.Or(p.err, errNoGeneration))
		case <-ctx.Done():
			return 0, fmt.Errorf("no new generation answers at %s: %w", p.program.URL, context.Cause(ctx))
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
