//go:build linux

package supervisor_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// withSocket is the behaviour of a program that listens at a path as well.
func withSocket(t *testing.T) (path, word string) {
	dir, err := os.MkdirTemp("", "sup") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "s")
	return path, "also=sock,unix," + path
}

func TestUnixSocketOutlivesUpgrades(t *testing.T) {
	t.Parallel()
	path, word := withSocket(t)
	r := start(t, word)
	w := dial(t, "unix", path)
	w.expect("generation 1")
	for _, bad := range []string{"exit", "hang ready=1s", word + " also=x,tcp,256.0.0.1:1"} {
		r.behave(bad)
		if got := r.get("/upgrade"); !strings.Contains(got, "error upgrade") {
			t.Fatal(got)
		}
		dial(t, "unix", path).expect("generation 1")
	}
	r.behave(word)
	for _, generation := range []string{"generation 2", "generation 3"} {
		r.replace()
		dial(t, "unix", path).expect(generation)
		w.expect(generation) // it moves as a TCP connection does
	}
	// T2: a version without it, that fails after all.
	r.behave("gate=run", "ready=1s")
	r.upgradeFails()
	dial(t, "unix", path).expect("generation 3")

	r.signal(syscall.SIGTERM)
	r.end()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the path is still there: %v", err)
	}
}

// upgradeFails starts an upgrade whose process stands at a gate, and kills it.
func (r *running) upgradeFails() {
	r.t.Helper()
	r.signal(syscall.SIGUSR2)
	syscall.Kill(r.expectPID(`at gate \w+ (\d+)\n`), syscall.SIGKILL)
	r.expect(`upgrade failed`)
}

func TestUnixSocketThatStoodThere(t *testing.T) {
	t.Parallel()
	t.Run("stale", func(t *testing.T) {
		path, word := withSocket(t)
		ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		ln.SetUnlinkOnClose(false)
		ln.Close()
		start(t, word)
		dial(t, "unix", path).expect("generation 1")
	})
	for _, network := range []string{"unix", "unixgram"} {
		t.Run("live "+network, func(t *testing.T) {
			path, word := withSocket(t)
			var foreign interface{ Close() error }
			var err error
			if network == "unix" {
				foreign, err = net.Listen(network, path)
			} else {
				foreign, err = net.ListenPacket(network, path)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer foreign.Close()
			before, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			r := prepare(t, word)
			r.launch()
			r.expect("listen sock: .*address already in use")
			r.end()
			if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
				t.Errorf("the socket of another program is gone: %v", err)
			}
		})
	}
	t.Run("a file", func(t *testing.T) {
		path, word := withSocket(t)
		if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		r := prepare(t, word)
		r.launch()
		r.end()
		if text, _ := os.ReadFile(path); string(text) != "precious" {
			t.Errorf("the file holds %q", text)
		}
	})
}
