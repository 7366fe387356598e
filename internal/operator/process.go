package operator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Target says which program is meant. With neither field it is the only one
// that runs.
type Target struct {
	PID     int
	PIDFile string
}

// process is one that runs.
type process struct {
	pid   int    // as it is seen from here
	space string // its PID namespace, "" where there are none
	inner int    // its PID there
	exe   string // its binary, for people; "" if that is hidden
}

// readPIDFile returns the PID in a file.
func readPIDFile(path string) (int, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, &Failure{
			What: fmt.Sprintf("there is no PID file %s", path),
			Hint: "the program does not run, or it writes its PID elsewhere; ginreload status lists what runs",
			Err:  err,
		}
	}
	if err != nil {
		return 0, fmt.Errorf("read the PID file: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0, &Failure{
			What: fmt.Sprintf("%s does not hold a PID but %q", path, abbreviated(string(text))),
			Hint: "name the right file, or the PID itself: ginreload status lists what runs",
		}
	}
	return pid, nil
}

func abbreviated(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}

// find returns the process that t means.
func (t Target) find() (process, error) {
	pid := t.PID
	if t.PIDFile != "" {
		var err error
		if pid, err = readPIDFile(t.PIDFile); err != nil {
			return process{}, err
		}
	}
	p, err := look(pid)
	if errors.Is(err, fs.ErrNotExist) {
		f := &Failure{
			What: fmt.Sprintf("no process has the PID %d", pid),
			Hint: "ginreload status lists what runs",
			Err:  err,
		}
		if t.PIDFile != "" {
			f.What = fmt.Sprintf("%s is stale: no process has the PID %d", t.PIDFile, pid)
			f.Hint = "the program does not run, so start it; " + f.Hint
		}
		return p, f
	}
	return p, err
}

// given reports whether t names a process.
func (t Target) given() bool { return t.PID != 0 || t.PIDFile != "" }

// String says who p is.
func (p process) String() string {
	if p.exe == "" {
		return fmt.Sprintf("process %d", p.pid)
	}
	return fmt.Sprintf("process %d (%s)", p.pid, p.exe)
}
