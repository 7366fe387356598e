package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/ginreload/ginreload/internal/event"
)

// warn tells about folders that are not watched.
func (s *stages) warn(err error) {
	e := event.Event{Kind: event.Notice, Level: event.Warn, Message: err.Error()}
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = "changes in it are not seen: make it readable, or list it in exclude_dir of .air.toml"
	}
	s.notice(e)
}

// notice is published, but not before the first line.
func (s *stages) notice(e event.Event) {
	if !s.announced {
		s.early = append(s.early, e)
		return
	}
	s.hub.Publish(e)
}

// announce prints the first line, and what is odd about the configuration.
func (s *stages) announce() {
	folders := "folders"
	if s.watcher.Watched() == 1 {
		folders = "folder"
	}
	s.hub.Publish(event.Event{
		Kind: event.Started, Version: version(), Package: s.made.name, Services: serviceNames(s.cfg), Root: s.cfg.Root,
		Message: fmt.Sprintf("watching %d %s", s.watcher.Watched(), folders),
	})
	s.announced = true
	for _, e := range s.early {
		s.hub.Publish(e)
	}
	for _, w := range append(s.cfg.Warnings, s.made.notes...) {
		s.hub.Publish(event.Event{Kind: event.Notice, Level: event.Warn, Message: w.String(), Hint: w.Hint})
	}
}
