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
