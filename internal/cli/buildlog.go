package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ginreload/ginreload/internal/event"
)

// buildLog is the file that is there while the last build has failed, with all
// that this one printed.
type buildLog struct {
	path string // "" for none
	told bool   // that it cannot be written
}

// keep brings the file in line with a build that has ended. What is in the way
// is told once.
func (l *buildLog) keep(outcome event.Outcome, text string) error {
	if l.path == "" {
		return nil
	}
	var err error
	switch outcome {
	case event.Built, event.Same:
		err = l.remove()
	case event.Failed, event.Broken:
		if err = os.MkdirAll(filepath.Dir(l.path), 0o755); err == nil {
			err = os.WriteFile(l.path, []byte(text), 0o644)
		}
	}
	if err == nil || l.told {
		return nil
	}
	l.told = true
	return fmt.Errorf("keep the log of failed builds: %w", err)
}

// remove leaves alone what cannot be a log.
func (l *buildLog) remove() error {
	if info, err := os.Lstat(l.path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return os.Remove(l.path)
}
