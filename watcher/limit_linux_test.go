package watcher

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// full opens sources that accept so many folders and no more.
func full(room int) func() (source, error) {
	return func() (source, error) {
		s, err := openSource()
		add := s.add
		s.add = func(folder string) error {
			if room--; room < 0 {
				return &os.PathError{Op: "inotify_add_watch", Path: folder, Err: syscall.ENOSPC}
			}
			return add(folder)
		}
		return s, err
	}
}

func TestTooManyFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"a/b/": "", "c/d/": "", "e/": ""}.write(t, dir)
	_, err := newWatcher(Options{Roots: []string{dir}, EventsOnly: true}, full(2))
	var limit *LimitError
	if !errors.As(err, &limit) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v, want a LimitError", err)
	}
	if limit.Folders != 6 || limit.Current <= 0 || limit.Raised < 2*limit.Current {
		t.Errorf("got %+v", limit)
	}
	if limit.Sysctl != "fs.inotify.max_user_watches" {
		t.Errorf("got %+v", limit)
	}
}

func TestFoldersWithoutAWatchAreLookedAt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"a/b/x.go": "x", "c/d/y.go": "y"}.write(t, dir)
	var warned complaints
	r := watchDir(t, dir, full(2), func(o *Options) { o.Warn, o.PollInterval = warned.add, minPollInterval })
	got := warned.text()
	if !strings.Contains(got, "5 folders are needed") || !strings.Contains(got, "are looked at") || strings.Count(got, "sudo") != 1 {
		t.Errorf("warned %s", got)
	}
	r.write("a/b/x.go", "xx")
	r.write("c/d/y.go", "yy")
	r.expect("write a/b/x.go, write c/d/y.go")
	r.write("c/d/e/z.go", "z")
	r.expect("create c/d/e/z.go")
}

func TestTooManyInstances(t *testing.T) {
	t.Parallel()
	open := func() (source, error) { return source{}, syscall.EMFILE }
	_, err := newWatcher(Options{Roots: []string{t.TempDir()}}, open)
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Sysctl != "fs.inotify.max_user_instances" {
		t.Fatalf("got %v, want a LimitError", err)
	}
	if got := err.Error(); !strings.Contains(got, "sudo sysctl fs.inotify.max_user_instances=1024") {
		t.Errorf("got %s", got)
	}
}

func TestLimitReachedLaterIsWarnedAbout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"a/": ""}.write(t, dir)
	var warned complaints
	r := watchDir(t, dir, full(2), func(o *Options) { o.Warn = warned.add })
	out := t.TempDir()
	files{"b/x.go": "x"}.write(t, out)
	must(t, os.Rename(out+"/b", r.path("b")))
	r.expect("create b/x.go")
	if got := warned.text(); !strings.Contains(got, "3 folders are needed") {
		t.Errorf("warned %s", got)
	}
}

func TestLimitErrorText(t *testing.T) {
	err := &LimitError{
		Sysctl:  "fs.inotify.max_user_watches",
		Current: 8192,
		Folders: 9000,
		Raised:  524288,
		Err:     syscall.ENOSPC,
	}
	const want = `watching files: the limit fs.inotify.max_user_watches is reached (it is 8192, for all programs of this user together); 9000 folders are needed here: no space left on device
raise it: sudo sysctl fs.inotify.max_user_watches=524288
or ignore folders that are no source code`
	if got := err.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
