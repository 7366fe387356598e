package watcher

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

const mountinfo = `26 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
60 26 0:50 / /mnt/c rw,noatime shared:12 master:3 - 9p drvfs rw,dirsync,aname=drvfs;path=C:\134;uid=1000,trans=fd
61 26 0:51 / /app/my\040shop rw,relatime - fakeowner /run/host_mark/Users rw,fakeowner
62 26 0:52 / /home/me/remote rw,nosuid - fuse.sshfs me@far:/srv rw,user_id=1000
63 26 254:0 /var/src /src rw,relatime - ext4 /dev/vda rw
64 26 0:53 / /over rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/u
65 64 0:54 / /over/in rw - nfs4 server:/x rw
66 26 0:55 / /over rw - tmpfs tmpfs rw
67 26 0:56 / /vms rw - 9p hostshare rw,trans=virtio
68 26 0:57 / /odd rw - fuse.archivemount /x.zip rw
69 26 8:1 / /usb rw - fuseblk /dev/sda1 rw
half a line
`

func TestMounts(t *testing.T) {
	t.Parallel()
	mounts, err := parseMounts(strings.NewReader(mountinfo))
	must(t, err)
	for _, c := range []struct {
		path          string
		device        uint64
		fsType, mount string
		why           string
	}{
		{path: "/home/me/x", device: unix.Mkdev(254, 0), fsType: "ext4", mount: "/"},
		{path: "/mnt/c", device: unix.Mkdev(0, 50), fsType: "9p", mount: "/mnt/c", why: byWindows},
		{path: "/mnt/c/Users/me", device: unix.Mkdev(0, 50), fsType: "9p", mount: "/mnt/c", why: byWindows},
		{path: "/mnt/cd", device: unix.Mkdev(254, 0), fsType: "ext4", mount: "/"},
		{path: "/vms/x", device: unix.Mkdev(0, 56), fsType: "9p", mount: "/vms", why: byHost},
		{path: "/app/my shop/main.go", device: unix.Mkdev(0, 51), fsType: "fakeowner", mount: "/app/my shop", why: byHost},
		{path: "/home/me/remote/x", device: unix.Mkdev(0, 52), fsType: "fuse.sshfs", mount: "/home/me/remote", why: byMachines},
		{path: "/src/x", device: unix.Mkdev(254, 0), fsType: "ext4", mount: "/src"},
		{path: "/over/in/x", device: unix.Mkdev(0, 54), fsType: "nfs4", mount: "/over/in", why: byMachines},
		// The last mount hides those before, below it too.
		{path: "/over/in/x", device: unix.Mkdev(0, 55), fsType: "tmpfs", mount: "/over"},
		{path: "/over/x", device: unix.Mkdev(0, 99), fsType: "tmpfs", mount: "/over"},
		{path: "/odd/x", device: unix.Mkdev(0, 57), fsType: "fuse.archivemount", mount: "/odd", why: byPrograms},
		{path: "/usb/x", device: unix.Mkdev(8, 1), fsType: "fuseblk", mount: "/usb"},
	} {
		m, ok := mountOf(mounts, c.path, c.device)
		want := FileSystem{Type: c.fsType, Mount: c.mount, Polls: c.why != "", Why: c.why}
		if got := placed(m.fsType, m.point, m.details); !ok || got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.path, got, want)
		}
	}
	if m, ok := mountOf(mounts[1:], "/home", 1); ok {
		t.Errorf("/home lies on %+v", m)
	}
}

func TestFileSystemOfWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if is, want := FileSystemOf(dir+"/not/there"), FileSystemOf(dir); is != want || is.Type == "" {
		t.Errorf("got %+v, want %+v", is, want)
	}
	if got := FileSystemOf("/proc/self/status"); got.Type != "proc" || got.Mount != "/proc" {
		t.Errorf("got %+v", got)
	}
}

// The list of mounts is not there in every sandbox.
func TestMagicsAreJudgedLikeNames(t *testing.T) {
	t.Parallel()
	local := []string{"ext4", "btrfs", "xfs", "overlay", "tmpfs", "zfs"}
	for magic, name := range magics {
		if polls, why := judge(name, ""); polls == slices.Contains(local, name) {
			t.Errorf("%x is %s, judged %v (%s)", magic, name, polls, why)
		}
	}
}

func FuzzMounts(f *testing.F) {
	f.Add(mountinfo)
	f.Add(`1 1 0:1 / /\04 rw - - \`)
	f.Fuzz(func(t *testing.T, text string) {
		mounts, err := parseMounts(strings.NewReader(text))
		if err != nil {
			return
		}
		if len(mounts) > strings.Count(text, " - ") {
			t.Errorf("%d mounts in %q", len(mounts), text)
		}
		for _, m := range mounts {
			found, ok := mountOf(mounts, m.point, m.device)
			if strings.HasPrefix(m.point, "/") && (!ok || found.device != m.device) {
				t.Errorf("%+v is not found at its own point", m)
			}
		}
	})
}
