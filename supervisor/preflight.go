package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A pre-flight looks at the new binary before anything is started, so that the
// usual mishaps of a deployment are told by their names.

const (
	// settled is for how long a file that looks incomplete may stay as it is
	// before it is taken for all that will come.
	settled = 300 * time.Millisecond
	// selfCheckTime is what a run with Options.SelfCheck may take.
	selfCheckTime = 10 * time.Second
)

// incomplete is the error for a binary of which a part is missing.
type incomplete struct{ have, want int64 }

func (i incomplete) Error() string {
	return fmt.Sprintf("it is incomplete: %d of at least %d bytes; is it still being copied? Copy to another name and rename it into place", i.have, i.want)
}

// preflight checks the binary at path.
func (s *Supervisor) preflight(ctx context.Context, path string) error {
	if _, err := os.Stat(startedIn); err != nil {
		return fmt.Errorf("the folder that this program was started in is gone, and no new process can start there: %w; create it again, and start the program in one that stays", err)
	}
	if err := awaitWhole(ctx, path); err != nil {
		return fmt.Errorf("the new binary %s cannot be started: %w", path, err)
	}
	if err := s.selfCheck(ctx, path); err != nil {
		return err
	}
	if s.opts.BeforeUpgrade == nil {
		return nil
	}
	if err := s.opts.BeforeUpgrade(ctx, path); err != nil {
		return fmt.Errorf("the program called it off (BeforeUpgrade): %w", err)
	}
	return nil
}

// awaitWhole waits for a file that still grows.
func awaitWhole(ctx context.Context, path string) error {
	for {
		before, err := os.Stat(path)
		if err != nil {
			return explainStat(err)
		}
		err = fitToRun(path, before)
		var missing incomplete
		if !errors.As(err, &missing) {
			return err
		}
		rest := time.NewTimer(settled)
		select {
		case <-rest.C:
		case <-ctx.Done():
			rest.Stop()
			return context.Cause(ctx)
		}
		after, statErr := os.Stat(path)
		if statErr == nil && os.SameFile(before, after) && after.Size() == before.Size() {
			return err
		}
	}
}

func explainStat(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file; put the new version there, best by a rename")
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("it cannot be reached: %w; check the permissions of its folders", err)
	}
	return err
}

// fitToRun judges the file at path by what can be read of it.
func fitToRun(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return fmt.Errorf("it is no regular file (%s)", info.Mode().Type())
	case !runnable(path, info):
		return errors.New("it is not executable for this user; chmod +x it")
	case info.Size() == 0:
		return incomplete{0, 1}
	}
	return format(path, info.Size())
}

// selfCheck has the new binary look at its own configuration and the like.
func (s *Supervisor) selfCheck(ctx context.Context, path string) error {
	if s.opts.SelfCheck == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, selfCheckTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, s.opts.SelfCheck...)
	cmd.Dir = startedIn
	cmd.WaitDelay = time.Second
	said, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = fmt.Errorf("not done after %v", selfCheckTime)
	}
	if err == nil {
		return nil
	}
	text := strings.TrimSpace(string(said))
	if text != "" {
		text = "; it said: " + text[max(0, len(text)-tailSize):]
	}
	return fmt.Errorf("the new binary failed its self-check (%s %s): %w%s", path, strings.Join(s.opts.SelfCheck, " "), err, text)
}
