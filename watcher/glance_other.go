//go:build !unix

package watcher

import (
	"io/fs"
	"os"
	"path/filepath"
)

// glanceAt looks at what a path leads to, glanceAtLink at the path itself. There is
// no number of an inode, nor a time of its change, without opening the file.
func glanceAt(path string) (glance, error)     { return callStat(os.Stat, path) }
func glanceAtLink(path string) (glance, error) { return callStat(os.Lstat, path) }

func callStat(stat func(string) (fs.FileInfo, error), path string) (glance, error) {
	is, err := stat(path)
	if err != nil {
		return glance{}, err
	}
	return glance{kind: is.Mode().Type(), size: is.Size(), mtime: is.ModTime().UnixNano()}, nil
}

// identity tells folders apart, whatever they are called.
type identity string

// device is the drive.
type device string

func (id identity) device() device { return device(filepath.VolumeName(string(id))) }

func identify(folder string) (identity, error) {
	path, err := filepath.EvalSymlinks(folder)
	return identity(path), err
}
