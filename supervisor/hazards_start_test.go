//go:build linux

package supervisor_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// release puts the program into dir, which it creates.
func release(t *testing.T, dir string) (path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "app")
	if err := os.Link(self, path); err == nil {
		return path
	}
	from, err := os.Open(self) // on another file system
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// startIn starts a program that prepare has made, in dir, by that argv[0].
func (r *running) startIn(dir, path, argv0 string) *running {
	r.t.Helper()
	r.cmd.Path, r.cmd.Args, r.cmd.Dir = path, []string{argv0}, dir
	r.launch()
	r.answers()
	return r
}

// T8: tableflip looks a relative argv[0] up from the folder that the program is
// in, and starts it from the one that it was started in.
func TestHazardRelativePath(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		r := prepareRecipe(t, "chdir").startIn(dir, release(t, dir), "./app")
		r.refused("./app: no such file or directory")
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		r := prepare(t, "chdir").startIn(dir, release(t, dir), "./app")
		r.replace()
		r.replace()
	})
	t.Run("supervisor, the link to the release leads elsewhere", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		current, next := filepath.Join(dir, "current"), filepath.Join(dir, "next")
		if err := os.Symlink("1", current); err != nil {
			t.Fatal(err)
		}
		r := prepare(t, "chdir").startIn(dir, release(t, filepath.Join(dir, "1")), "current/app")
		for i := 2; i < 4; i++ {
			want := release(t, filepath.Join(dir, fmt.Sprint(i)))
			if err := errors.Join(os.Symlink(fmt.Sprint(i), next), os.Rename(next, current)); err != nil {
				t.Fatal(err)
			}
			r.replace()
			if got, err := os.Readlink(fmt.Sprint("/proc/", r.answers(), "/exe")); got != want {
				t.Errorf("%s runs (%v), want %s", got, err, want)
			}
		}
	})
	t.Run("supervisor, by PATH", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		r := prepare(t, "chdir")
		r.cmd.Env = append(r.cmd.Env, "PATH="+dir)
		r.startIn(dir, release(t, dir), "app").replace()
	})
}

// T9: every process is started in the folder of the first one. If a deployment
// has removed that, tableflip's error names the binary, which is there.
func TestHazardFolderThatIsGone(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		app, dir := release(t, t.TempDir()), t.TempDir()
		r := prepareRecipe(t).startIn(dir, app, app)
		os.Remove(dir)
		r.refused("can't start process " + app + ": fork/exec: no such file or directory")
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		app, dir := release(t, t.TempDir()), t.TempDir()
		r := prepare(t).startIn(dir, app, app)
		os.Remove(dir)
		r.refused("error upgrade: the folder that this program was started in is gone")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		r.replace()
	})
}

// T10: tableflip passes on the three standard files, and fails for one that the
// program has closed. One that was closed when it was started is no hazard any
// more: the Go runtime opens the null device in its place (Go 1.21).
func TestHazardClosedStdin(t *testing.T) {
	t.Parallel()
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		startRecipe(t, "close-stdin").refused("can't access fd")
	})
	t.Run("tableflip, closed from outside", func(t *testing.T) {
		t.Parallel()
		r := withoutStdin(prepareRecipe(t))
		r.exchange()
		r.exchange()
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "close-stdin")
		r.replace()
		r.replace()
	})
	t.Run("supervisor, closed from outside", func(t *testing.T) {
		t.Parallel()
		r := withoutStdin(prepare(t))
		r.replace()
		r.replace()
	})
}

// withoutStdin starts a program that prepare has made with no descriptor 0.
func withoutStdin(r *running) *running {
	r.t.Helper()
	r.throughShell(`exec "$0" <&-`)
	r.launch()
	r.answers()
	return r
}

// T12: tableflip leaves the pipes of an attempt that has failed to the garbage
// collector. Here such attempts are few: a binary that fails again and again is
// refused before anything is opened.
func TestHazardDescriptorsOfFailedUpgrades(t *testing.T) {
	t.Parallel()
	const asked = 30
	t.Run("tableflip", func(t *testing.T) {
		t.Parallel()
		r := startRecipe(t, "no-collector")
		before := len(descriptors(t, r.answers()))
		r.behave("exit")
		for range asked {
			r.refused("exit status 3")
		}
		if grown := len(descriptors(t, r.answers())) - before; grown < asked {
			t.Errorf("%d failed upgrades left %d descriptors, want about two each", asked, grown)
		}
	})
	t.Run("supervisor", func(t *testing.T) {
		t.Parallel()
		r := start(t, "no-collector", "breaker")
		r.behave("exit")
		before, tried, refused := len(descriptors(t, r.answers())), 0, 0
		for range asked {
			if strings.Contains(r.get("/upgrade"), "times in a row") {
				refused++
			} else {
				tried++
			}
		}
		grown := len(descriptors(t, r.answers())) - before
		// Here it is those of the control socket as well, and of what was passed
		// on; some more may be connections that are being closed.
		if refused == 0 || grown > 8*tried+8 {
			t.Errorf("%d attempts and %d refusals left %d descriptors", tried, refused, grown)
		}
	})
}
