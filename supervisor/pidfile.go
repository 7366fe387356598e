package supervisor

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// A PID file names the process that serves. Its lock (flock(2)) belongs to the
// open file, and that goes from generation to generation, so it is held without
// a gap for as long as any of them lives. The number is written in place, by
// one write as long as the file, because a rename would leave the lock behind
// with the old file and needs the right to write to the folder, which a
// program gives up with its privileges.

// openPIDFile takes the PID file, from the process before this one if that had it.
func (s *Supervisor) openPIDFile() error {
	path := s.opts.PIDFile
	if path == "" {
		return nil
	}
	if s.flip != nil {
		f, err := s.flip.File(pidFile)
		if err != nil {
			return fmt.Errorf("supervisor: take over the PID file: %w", err)
		}
		if f != nil && isAt(f, path) {
			s.pid = f
			return nil
		}
		if f != nil {
			f.Close() // the new version has it elsewhere
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("supervisor: open the PID file: %w", err)
	}
	if err := lockFile(f); err != nil {
		text := make([]byte, 20)
		n, _ := f.ReadAt(text, 0)
		f.Close()
		return fmt.Errorf("supervisor: PID file %s is locked by another instance of the program (PID %s); stop that one first: %w",
			path, strings.TrimSpace(string(text[:n])), err)
	}
	s.pid = f
	return nil
}

// writePIDFile says that this process serves. A full disk is no reason not to.
func (s *Supervisor) writePIDFile() {
	if s.pid == nil {
		return
	}
	info, err := s.pid.Stat()
	if err == nil {
		text := pidText() + "\n"
		_, err = s.pid.WriteAt([]byte(text+strings.Repeat("\n", max(0, int(info.Size())-len(text)))), 0)
	}
	if err != nil {
		s.log(slog.LevelWarn, "cannot write the PID file", "file", s.opts.PIDFile, "error", err)
	}
}

// removePIDFile is for the end of the last generation.
func (s *Supervisor) removePIDFile() {
	if s.pid == nil {
		return
	}
	if isAt(s.pid, s.opts.PIDFile) {
		if err := os.Remove(s.opts.PIDFile); err != nil {
			s.pid.Truncate(0) // so that it names nobody
		}
	}
}

// passPIDFile gives the PID file to tableflip for the next process.
func (s *Supervisor) passPIDFile() error {
	if s.pid == nil {
		return nil
	}
	return s.flip.AddFile(pidFile, s.pid)
}

// isAt reports whether f is what stands at path.
func isAt(f *os.File, path string) bool {
	have, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(have, there)
}
