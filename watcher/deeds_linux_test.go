package watcher

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// writeMapped changes the beginning of a file through memory.
func writeMapped(path, text string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	memory, err := unix.Mmap(int(f.Fd()), 0, len(text), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	copy(memory, text)
	return errors.Join(unix.Msync(memory, unix.MS_SYNC), unix.Munmap(memory))
}

// linkUnnamed writes a file that has no name, and gives it one.
func linkUnnamed(path, text string) error {
	f, err := os.OpenFile(filepath.Dir(path), os.O_WRONLY|unix.O_TMPFILE, 0o644)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return errors.Join(err, errors.ErrUnsupported)
	} else if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.Fd()), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}

func exchange(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}

func makeFIFO(path string) error { return unix.Mkfifo(path, 0o644) }

func bindMount(from, to string) error {
	err := unix.Mount(from, to, "", unix.MS_BIND, "")
	if errors.Is(err, unix.EPERM) {
		return errors.Join(err, errors.ErrUnsupported)
	}
	return err
}

func unmount(path string) error { return unix.Unmount(path, unix.MNT_DETACH) }
