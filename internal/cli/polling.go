package cli

import (
	"fmt"
	"time"

	"github.com/ginreload/ginreload/internal/config"
	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/watcher"
)

// polled tells of a file system that is polled although nobody said so.
func (s *stages) polled(on watcher.FileSystem) {
	s.notice(event.Event{
		Kind: event.Notice, Level: event.Info,
		Message: fmt.Sprintf("%s; so ginreload also looks at the files, %s", whyPolled(on), often(s.cfg.PollInterval)),
		Hint:    "if nothing changes but by programs here, --build.poll=false does without",
	})
}

// whyPolled is half a sentence, such as "/mnt/c (9p): what Windows changes has no
// events here".
func whyPolled(on watcher.FileSystem) string {
	name := on.Mount
	switch {
	case on.Mount == "":
		name = on.Type
	case on.Type != "":
		name += " (" + on.Type + ")"
	}
	if name == "" {
		return on.Why
	}
	return name + ": " + on.Why
}

func often(interval time.Duration) string {
	if interval == 0 {
		interval = watcher.DefaultPollInterval
	}
	return fmt.Sprintf("every %v", interval)
}

// willPoll returns on which file systems a run of this configuration polls, as far
// as that can be known without watching.
func willPoll(cfg config.Config) (all []watcher.FileSystem) {
	if cfg.Poll || cfg.EventsOnly() {
		return nil
	}
	known := make(map[watcher.FileSystem]bool)
	for _, root := range cfg.Roots() {
		if on := watcher.FileSystemOf(root); on.Polls && !known[on] {
			known[on] = true
			all = append(all, on)
		}
	}
	return all
}
