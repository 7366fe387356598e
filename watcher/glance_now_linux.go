package watcher

import (
	"errors"

	"golang.org/x/sys/unix"
)

// glanceAtNow and glanceAtLinkNow have a file system of another machine ask that
// machine. NFS would answer for 3 to 60 seconds from its cache (nfs(5), acregmin),
// what is in user space for as long as its program has said.
func glanceAtNow(path string) (glance, error) { return callStatx(path, 0, glanceAt) }
func glanceAtLinkNow(path string) (glance, error) {
	return callStatx(path, unix.AT_SYMLINK_NOFOLLOW, glanceAtLink)
}

func callStatx(path string, flags int, plain func(string) (glance, error)) (glance, error) {
	var is unix.Statx_t
	const what = unix.STATX_TYPE | unix.STATX_INO | unix.STATX_SIZE | unix.STATX_MTIME | unix.STATX_CTIME
	err := unix.Statx(unix.AT_FDCWD, path, flags|unix.AT_STATX_FORCE_SYNC|unix.AT_NO_AUTOMOUNT, what, &is)
	switch {
	case err == unix.EINTR, errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EPERM):
		return plain(path) // Linux before 4.11, and sandboxes that know no statx
	case err != nil:
		return glance{}, err
	}
	return glance{
		dev:   unix.Mkdev(is.Dev_major, is.Dev_minor),
		ino:   is.Ino,
		kind:  kindOf(uint32(is.Mode)),
		size:  int64(is.Size),
		mtime: nanoseconds(is.Mtime),
		ctime: nanoseconds(is.Ctime),
	}, nil
}

func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1e9 + int64(t.Nsec) }
