//go:build linux

package watcher

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespace runs the rest of a test in a process that may mount what it likes,
// and skips it where the system does not allow that. It returns false in the
// process in which there is nothing more to do.
func inNamespace(t *testing.T) bool {
	const inside = "WATCHER_TEST_IN_NAMESPACE"
	if os.Getenv(inside) != "" {
		must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Skipf("no namespace for mounts: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("in a namespace for mounts: %v\n%s", err, out.String())
	} else if strings.Contains(out.String(), "--- SKIP") {
		t.Skip(out.String())
	}
	return false
}

func mountOrSkip(t *testing.T, source, point, fsType string, flags uintptr, options string) {
	t.Helper()
	must(t, os.MkdirAll(point, 0o755))
	if err := unix.Mount(source, point, fsType, flags, options); err != nil {
		t.Skipf("mounting %s: %v", fsType, err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(point, unix.MNT_DETACH)) })
}

func TestMountBelowARootIsAskedAboutByItself(t *testing.T) {
	t.Parallel()
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	mountOrSkip(t, "memory", filepath.Join(dir, "a b", "in"), "tmpfs", 0, "")
	mountOrSkip(t, filepath.Join(dir, "a b", "in"), filepath.Join(dir, "bound"), "", unix.MS_BIND, "")
	must(t, os.Symlink("bound", filepath.Join(dir, "link")))
	for name, want := range map[string]FileSystem{
		"a b/in":        {Type: "tmpfs", Mount: filepath.Join(dir, "a b", "in")},
		"a b/in/x/y.go": {Type: "tmpfs", Mount: filepath.Join(dir, "a b", "in")},
		"bound/x":       {Type: "tmpfs", Mount: filepath.Join(dir, "bound")},
		"link/x":        {Type: "tmpfs", Mount: filepath.Join(dir, "bound")},
		"a b":           FileSystemOf(t.TempDir()),
	} {
		if got := FileSystemOf(filepath.Join(dir, name)); got != want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
		}
	}
}

// What a container sees of its image: events tell of everything, also of what has
// to be copied up from a layer below first.
func TestOverlayHasEventsForEverything(t *testing.T) {
	t.Parallel()
	if !inNamespace(t) {
		return
	}
	base := t.TempDir()
	// An overlay does not take another one, as under a container, for its upper layer.
	mountOrSkip(t, "memory", base, "tmpfs", 0, "")
	files{"lower/sub/x.go": "old", "lower/sub/y.go": "old", "lower/z.go": "old", "upper/": "", "work/": ""}.write(t, base)
	dir := filepath.Join(base, "merged")
	mountOrSkip(t, "overlay", dir, "overlay", 0, "lowerdir="+base+"/lower,upperdir="+base+"/upper,workdir="+base+"/work")
	r := watchDir(t, dir, openSource, func(o *Options) {
		o.Scratch = base
		o.Polled = func(on FileSystem) { t.Errorf("polls %+v", on) }
	})
	r.write("sub/x.go", "newer")
	r.expect("write sub/x.go")
	r.write("sub/x.go", "newest")
	r.write("sub/n.go", "new")
	r.expect("create sub/n.go, write sub/x.go")
	r.rename("sub/y.go", "sub/w.go")
	r.remove("z.go")
	r.expect("create sub/w.go, rename sub/y.go, remove z.go")
	r.stop()
}
