package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func free(folder string) uint64 {
	var is unix.Statfs_t
	if unix.Statfs(folder, &is) != nil {
		return 0
	}
	return is.Bavail * uint64(is.Bsize)
}

// fileSystem knows what is common on machines of developers (statfs(2)).
func fileSystem(folder string) FileSystem {
	var is unix.Statfs_t
	if unix.Statfs(folder, &is) != nil {
		return FileSystem{}
	}
	const host, others = "what the host changes has no events here", "what other machines change has no events here"
	return map[int64]FileSystem{
		unix.EXT4_SUPER_MAGIC: {Type: "ext4"}, unix.XFS_SUPER_MAGIC: {Type: "xfs"}, unix.BTRFS_SUPER_MAGIC: {Type: "btrfs"},
		unix.TMPFS_MAGIC: {Type: "tmpfs"}, unix.OVERLAYFS_SUPER_MAGIC: {Type: "overlay"}, unix.F2FS_SUPER_MAGIC: {Type: "f2fs"},
		0x2fc12fc1:            {Type: "zfs"},
		unix.NFS_SUPER_MAGIC:  {Type: "nfs", Polls: true, Why: others},
		unix.SMB2_SUPER_MAGIC: {Type: "smb", Polls: true, Why: others},
		unix.CIFS_SUPER_MAGIC: {Type: "cifs", Polls: true, Why: others},
		unix.V9FS_MAGIC:       {Type: "9p", Polls: true, Why: host},
		unix.FUSE_SUPER_MAGIC: {Type: "fuse", Polls: true, Why: "what changes behind it has no events here"},
	}[int64(is.Type)]
}

// inotify asks each process of this user (proc_pid_fdinfo(5)).
func inotify() (watches, instances int) {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		info, err := os.Stat(process)
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(os.Getuid()) {
			continue
		}
		descriptors, _ := os.ReadDir(process + "/fd")
		for _, d := range descriptors {
			if target, err := os.Readlink(process + "/fd/" + d.Name()); err != nil || target != "anon_inode:inotify" {
				continue
			}
			instances++
			text, _ := os.ReadFile(process + "/fdinfo/" + d.Name())
			watches += strings.Count(string(text), "inotify wd:")
		}
	}
	return watches, instances
}
