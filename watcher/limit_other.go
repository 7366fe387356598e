//go:build !linux

package watcher

// isLimit and explainLimit are about inotify; other kernels have no limit with a
// remedy of its own.

func isLimit(error) bool { return false }

func explainLimit(err error, _ int) error { return err }
