package watcher

import (
	"path/filepath"
	"strings"
)

// FileSystem is where a path lies, as far as it matters to who waits for events.
type FileSystem struct {
	Type  string // as the system calls it, such as ext4 or 9p; "" if that is not known
	Mount string // the folder that it is mounted on, "" if that is not known
	// Polls says that a watcher looks at the files there, since for some of the
	// changes the kernel has no events, and Why who makes these: half a sentence
	// for users, such as "what the host changes has no events here".
	Polls bool
	Why   string
}

// FileSystemOf says where a path lies, which need not exist, and whether a Watcher
// polls there. It asks the system only, so that it says nothing of a kernel that
// has no events at all (see Options.Scratch). Any goroutine may call it.
func FileSystemOf(path string) FileSystem { return fileSystemOf(existing(path)) }

// existing returns the nearest folder or file above path that exists, resolved.
func existing(path string) string {
	for {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real
		}
		above := filepath.Dir(path)
		if above == path {
			return path
		}
		path = above
	}
}

// Who changes files without an event here. The kernel that makes a change has
// events for it, whatever the file system; so it is about changes that are made
// elsewhere, and no test by writing a file could tell of these.
const (
	byHost     = "what the host changes has no events here"
	byWindows  = "what Windows changes has no events here"
	byMachines = "what other machines change has no events here"
	byPrograms = "what changes behind a file system in user space has no events here"
)

// elsewhere are the file systems that others change too. Those in user space are
// called fuse.NAME, or fuse alone; all of them are taken for such, but for the
// two that show what lies on this machine, and nowhere else.
var elsewhere = map[string]string{
	"9p": byHost, "virtiofs": byHost, // QEMU, Docker Desktop, Lima, WSL
	"grpcfuse": byHost, "osxfs": byHost, "fakeowner": byHost, // Docker Desktop
	"vboxsf": byHost, "prl_fs": byHost, "vmhgfs": byHost, "hostfs": byHost,
	"fuse.grpcfuse": byHost, "fuse.osxfs": byHost, "fuse.vmhgfs-fuse": byHost, "fuse.prl_fsd": byHost,
	"drvfs": byWindows, "wslfs": byWindows,

	"nfs": byMachines, "nfs4": byMachines, "cifs": byMachines, "smb2": byMachines, "smb3": byMachines, "smbfs": byMachines,
	"ncpfs": byMachines, "afs": byMachines, "coda": byMachines, "ceph": byMachines, "lustre": byMachines, "gpfs": byMachines,
	"beegfs": byMachines, "gfs2": byMachines, "ocfs2": byMachines, "orangefs": byMachines, "pvfs2": byMachines,
	"afpfs": byMachines, "webdav": byMachines,
	"fuse.sshfs": byMachines, "fuse.rclone": byMachines, "fuse.s3fs": byMachines, "fuse.gcsfuse": byMachines,
	"fuse.glusterfs": byMachines, "fuse.ceph": byMachines, "fuse.juicefs": byMachines,

	"fuseblk": "", "fuse.fuse-overlayfs": "",
}

// judge says whether files of such a type have to be looked at. details is what
// else is known of the mount.
func judge(fsType, details string) (polls bool, why string) {
	why, known := elsewhere[fsType]
	switch {
	case fsType == "9p" && strings.Contains(details, "drvfs"): // WSL2 names its drives so
		why = byWindows
	case !known && strings.Contains(fsType, "fuse"):
		why = byPrograms
	}
	return why != "", why
}

// placed completes what is known of a file system.
func placed(fsType, mount, details string) FileSystem {
	polls, why := judge(fsType, details)
	return FileSystem{Type: fsType, Mount: mount, Polls: polls, Why: why}
}
