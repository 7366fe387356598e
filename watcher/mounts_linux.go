package watcher

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mount is a line of /proc/self/mountinfo (proc_pid_mountinfo(5)).
type mount struct {
	device  uint64
	point   string
	fsType  string
	details string // source and options of the file system
}

// fileSystemOf asks the list of mounts, which knows those in user space by name;
// and the file system itself where there is no such list.
func fileSystemOf(path string) FileSystem {
	mounts, err := readMounts()
	if err == nil {
		is, _ := glanceAt(path)
		if m, ok := mountOf(mounts, path, is.dev); ok {
			return placed(m.fsType, m.point, m.details)
		}
	}
	var is unix.Statfs_t
	if err := unix.Statfs(path, &is); err != nil {
		return FileSystem{}
	}
	return placed(magics[uint32(is.Type)], "", "")
}

func readMounts() ([]mount, error) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseMounts(f)
}

// parseMounts skips lines that it does not understand.
func parseMounts(r io.Reader) ([]mount, error) {
	var all []mount
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // an overlay names all of its layers
	for lines.Scan() {
		if m, ok := parseMount(lines.Text()); ok {
			all = append(all, m)
		}
	}
	if err := lines.Err(); err != nil {
		return all, fmt.Errorf("reading the list of mounts: %w", err)
	}
	return all, nil
}

// parseMount reads "36 35 98:0 /in /on rw shared:1 - ext4 /dev/sda1 rw", in which
// there may be any number of words before the dash.
func parseMount(line string) (mount, bool) {
	first, second, ok := strings.Cut(line, " - ")
	here, fs := strings.Fields(first), strings.Fields(second)
	if !ok || len(here) < 6 || len(fs) < 1 {
		return mount{}, false
	}
	majorText, minorText, _ := strings.Cut(here[2], ":")
	major, err := strconv.ParseUint(majorText, 10, 32)
	if err != nil {
		return mount{}, false
	}
	minor, err := strconv.ParseUint(minorText, 10, 32)
	if err != nil {
		return mount{}, false
	}
	return mount{
		device:  unix.Mkdev(uint32(major), uint32(minor)),
		point:   unescape(here[4]),
		fsType:  fs[0],
		details: unescape(strings.Join(fs[1:], " ")),
	}, true
}

// unescape undoes what the kernel does to blanks and backslashes: \040.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// mountOf returns the mount on which a resolved path lies. One that is hidden by
// another is told by its device; where that does not help, since the parts of a
// btrfs have devices of their own, it is the innermost one, and of these the last.
func mountOf(mounts []mount, path string, device uint64) (found mount, ok bool) {
	same := false
	for _, m := range mounts {
		if m.point != path && !below(path, m.point) {
			continue
		}
		if s := m.device == device; !ok || s && !same || s == same && len(m.point) >= len(found.point) {
			found, ok, same = m, true, s
		}
	}
	found.point = filepath.Clean(found.point)
	return found, ok
}

// magics are what statfs(2) calls file systems. That of FUSE does not tell which.
var magics = map[uint32]string{
	0x6969: "nfs", 0xff534d42: "cifs", 0xfe534d42: "smb2", 0x517b: "smbfs", 0x564c: "ncpfs",
	0x65735546: "fuse", 0x01021997: "9p", 0x786f4256: "vboxsf", 0x7c7c6673: "prl_fs", 0xbacbacbc: "vmhgfs",
	0x53464846: "wslfs", 0x00c0ffee: "hostfs", 0x5346414f: "afs", 0x6b414653: "afs", 0x73757245: "coda",
	0x00c36400: "ceph", 0x0bd00bd0: "lustre", 0x47504653: "gpfs", 0x19830326: "beegfs", 0x01161970: "gfs2",
	0x7461636f: "ocfs2", 0x20030528: "orangefs",
	0xef53: "ext4", 0x9123683e: "btrfs", 0x58465342: "xfs", 0x794c7630: "overlay", 0x01021994: "tmpfs", 0x2fc12fc1: "zfs",
}
