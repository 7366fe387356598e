package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/ginreload/ginreload/internal/event"
	"github.com/ginreload/ginreload/internal/gitignore"
	"github.com/ginreload/ginreload/watcher"
)

// watch starts to watch before the first build, so that no change falls
// between the two.
func (s *stages) watch(ctx context.Context, envFiles []string) error {
	s.ignore = ignores(ctx, s.cfg, s.in.Env)
	w, err := watcher.New(watcher.Options{
		Roots: s.roots(),
		Files: slices.Concat(existing(s.cfg.File), envFiles, s.ignore.Files()),
		Ignore: func(path string, dir bool) bool {
			return slices.Contains(s.own, path) || files{Config: s.cfg, ignore: s.ignore}.Ignored(path, dir)
		},
		FollowSymlinks: s.cfg.FollowSymlink,
		Poll:           s.cfg.Poll,
		EventsOnly:     s.cfg.EventsOnly(),
		Scratch:        s.made.scratch,
		Polled:         s.polled,
		PollInterval:   s.cfg.PollInterval,
		Ceiling:        s.cfg.Delay,
		Busy:           gitignore.LockOf(s.cfg.Root).Held,
		Warn:           s.warn,
	})
	if err != nil {
		return err
	}
	s.watcher = w
	s.attend = func(folders, files []string) {
		w.Also(folders)
		w.Prefer(among(files))
	}
	return nil
}

// roots are the folders to watch. Those outside of the root may be missing, as
// in a checkout of one part of a project.
func (s *stages) roots() []string {
	roots := s.cfg.Roots()[:1]
	for _, root := range s.cfg.Roots()[1:] {
		if info, err := os.Stat(root); err == nil && info.IsDir() {
			roots = append(roots, root)
			continue
		}
		s.early = append(s.early, event.Event{Kind: event.Notice, Level: event.Warn,
			Message: "include_dir: there is no folder " + root,
			Hint:    "start ginreload again when it is there, or take it out of include_dir"})
	}
	return roots
}

func existing(file string) []string {
	if file == "" {
		return nil
	}
	if abs, err := filepath.Abs(file); err == nil {
		return []string{abs}
	}
	return nil
}
