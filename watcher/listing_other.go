//go:build !linux

package watcher

import (
	"os"
	"syscall"
)

// lister lists folders.
type lister struct{}

// list returns what is in a folder. Entries before an error are good. If dir is a
// link and follow is false, the error is ENOTDIR.
func (*lister) list(dir string, follow bool) (entries []dirent, err error) {
	if !follow && isLink(dir) {
		return nil, &os.PathError{Op: "open", Path: dir, Err: syscall.ENOTDIR}
	}
	all, err := os.ReadDir(dir)
	for _, e := range all {
		entries = append(entries, dirent{e.Name(), e.Type()})
	}
	return entries, err
}
