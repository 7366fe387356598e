package proc

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// SessionEnv is the variable that marks the processes of a session.
const SessionEnv = "GINRELOAD_SESSION"

// ErrNoTempDir says that nothing can be written where temporary files belong.
var ErrNoTempDir = errors.New("make a temporary folder")

// Session is everything that one run of ginreload starts and leaves on disk.
type Session struct {
	Token string
	Dir   string // a folder of its own, removed at the end
	guard *Guard
}

// Open makes the session's folder, adopts orphans and posts the guard. self
// is the command that runs RunGuard.
func Open(self []string) (*Session, error) {
	token := rand.Text()
	dir, err := os.MkdirTemp("", "ginreload-")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTempDir, err)
	}
	s := &Session{Token: token, Dir: dir}
	if err := Adopt(); err != nil {
		os.Remove(dir)
		return nil, fmt.Errorf("adopt orphans: %w", err)
	}
	if s.guard, err = postGuard(self, token, dir); err != nil {
		os.Remove(dir)
		return nil, err
	}
	return s, nil
}

// Part returns the same session with a folder of its own, for one of several
// programs. Only s is to be closed.
func (s *Session) Part(name string) (*Session, error) {
	part := *s
	part.Dir = filepath.Join(s.Dir, name)
	if err := os.Mkdir(part.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTempDir, err)
	}
	return &part, nil
}

// Env returns env with the session's mark.
func (s *Session) Env(env []string) []string {
	return append(env[:len(env):len(env)], SessionEnv+"="+s.Token)
}

// Remember has the guard deal with one more thing if ginreload is killed.
func (s *Session) Remember(what Leftover, name string) { s.guard.Tell(what, name) }

// Sweep kills what is left of the session's processes.
func (s *Session) Sweep() { sweep(s.Token) }

// Close ends what is left of the session and removes its folder.
func (s *Session) Close() error {
	s.Sweep()
	err := os.RemoveAll(s.Dir)
	s.guard.Dismiss()
	return err
}

// sweep kills every process that carries the token, and those that they start
// meanwhile.
func sweep(token string) {
	for range 50 {
		pids := members(token)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			Kill(pid)
			awaitEnd(pid)
		}
	}
}

func awaitEnd(pid int) {
	if ended, _, err := Ended(pid); err == nil {
		<-ended
	}
}
