package job

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

const stopWithin = 5 * time.Second

// Job is a command that was started.
type Job struct {
	cmd   *exec.Cmd
	mark  []byte
	done  chan struct{} // closed by wait, after err was set
	ended error
}

// Start runs a command in dir with env; output gets what it and its descendants
// print, and stays the caller's. Whoever starts a job has to Stop it.
func Start(command []string, dir string, env []string, output *os.File) (*Job, error) {
	mark := "GINRELOAD_BENCH=" + rand.Text()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, append(env, mark)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	j := &Job{cmd: cmd, mark: []byte(mark), done: make(chan struct{})}
	go j.wait()
	return j, nil
}

// wait reaps the command, and is joined by Stop.
func (j *Job) wait() {
	j.ended = j.cmd.Wait()
	close(j.done)
}

// PID is that of the command itself.
func (j *Job) PID() int { return j.cmd.Process.Pid }

// Done is closed when the command itself has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Stop interrupts the command as a terminal would, which lets it end its program
// itself, and kills what is left after that, at most 5 s later.
func (j *Job) Stop() error {
	interruptGroup(j.PID())
	patience := time.NewTimer(stopWithin)
	defer patience.Stop()
	select {
	case <-j.done:
	case <-patience.C:
	}
	if err := j.killMarked(); err != nil {
		return err
	}
	<-j.done
	// A tool that was interrupted exits with what it likes.
	if exit := (*exec.ExitError)(nil); errors.As(j.ended, &exit) {
		return nil
	}
	return j.ended
}

// killMarked goes on until it finds nothing more to kill, because what it
// kills may be starting something meanwhile.
func (j *Job) killMarked() error {
	for range 100 {
		killed := 0
		err := j.each(func(pid int) {
			// On Linux this is a handle: should the PID have gone to another process
			// since its mark was read, that one has no mark.
			process, err := os.FindProcess(pid)
			if err != nil {
				return
			}
			defer process.Release()
			if j.marked(pid) && process.Kill() == nil {
				killed++
			}
		})
		if killed == 0 || err != nil {
			return err
		}
	}
	return fmt.Errorf("processes that %s started keep coming back", j.cmd.Path)
}

// each calls f with every process of the job.
func (j *Job) each(f func(pid int)) error {
	folders, err := os.ReadDir("/proc")
	if err != nil {
		return fmt.Errorf("list processes: %w", err)
	}
	for _, folder := range folders {
		if pid, err := strconv.Atoi(folder.Name()); err == nil && j.marked(pid) {
			f(pid)
		}
	}
	return nil
}

// marked is false of zombies too: they have no environment any more.
func (j *Job) marked(pid int) bool {
	environ, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	return err == nil && bytes.Contains(environ, j.mark)
}
