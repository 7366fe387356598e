//go:build linux && (amd64 || arm64)

package sockets

import (
	"path/filepath"
	"testing"
	"time"
)

// A kept connection of a unix socket goes on with the next generation, although
// the kernel tells little about it, and the program clears the path away.
func TestConnectionOfAUnixSocketIsCarriedOn(t *testing.T) {
	for _, name := range []string{filepath.Join(t.TempDir(), "s"), "@ginreload-" + filepath.Base(t.TempDir())} {
		k := keeper(t)
		first, cmd := run(t, k, "one", "unix", name)
		await(t, k, Listening, first)
		k.Serve(first)
		client := newAsker(t, "unix", name)
		client.askUntil(t, "one")
		second, _ := run(t, k, "two", "unix", name)
		await(t, k, Listening, second)
		k.Hold(first)
		k.Serve(second)
		k.Drain(first, 0, 10*time.Second)
		client.askUntil(t, "two")
		await(t, k, Drained, first)
		k.Ending(first)
		cmd.Process.Kill()
		cmd.Wait()
		k.Gone(first)
		if got, err := client.ask(); got != "two" {
			t.Fatalf("got %q at last, %v", got, err)
		}
	}
}
