package watcher

import "golang.org/x/sys/unix"

// fileSystemOf believes the system that what it does not call local is changed by
// others too.
func fileSystemOf(path string) FileSystem {
	var is unix.Statfs_t
	if err := unix.Statfs(path, &is); err != nil {
		return FileSystem{}
	}
	f := placed(unix.ByteSliceToString(is.Fstypename[:]), unix.ByteSliceToString(is.Mntonname[:]), "")
	if is.Flags&unix.MNT_LOCAL == 0 && !f.Polls {
		f.Polls, f.Why = true, byMachines
	}
	return f
}
