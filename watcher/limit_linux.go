package watcher

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// isLimit reports whether err from adding a watch is for want of watches.
func isLimit(err error) bool { return errors.Is(err, syscall.ENOSPC) }

// explainLimit turns an error of the kernel into one that says what to do.
func explainLimit(err error, folders int) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return limitError(err, folders, "max_user_watches", 524288)
	case errors.Is(err, syscall.EMFILE):
		return limitError(err, folders, "max_user_instances", 1024)
	}
	return err
}

func limitError(err error, folders int, name string, raised int) error {
	// inotify_init1(2) says EMFILE for the files of the process too. If that was
	// it, this file cannot be opened either.
	text, open := os.ReadFile("/proc/sys/fs/inotify/" + name)
	if errors.Is(open, syscall.EMFILE) {
		return err
	}
	current, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return &LimitError{
		Sysctl:  "fs.inotify." + name,
		Current: current,
		Folders: folders,
		Raised:  max(raised, 2*current),
		Err:     err,
	}
}
