//go:build linux && (amd64 || arm64)

package sockets

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The runtime does not end the main thread. One that was filtered, or had taken
// a table of descriptors of its own, would keep it as long as ginreload runs,
// and what it holds with it.
func TestMainThreadIsSpared(t *testing.T) {
	for range 100 {
		file, err := underFilter(func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		file.Close()
		if err := onTable(os.Getpid(), nil, func(*table) {}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/status", os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if mode, ok := strings.CutPrefix(line, "Seccomp:"); ok && strings.TrimSpace(mode) != "0" {
			t.Error("the main thread has the filter")
		}
	}
	onThread(func() {
		const files = 2 // KCMP_FILES of kcmp(2)
		other, _, errno := unix.Syscall6(unix.SYS_KCMP, uintptr(os.Getpid()), uintptr(unix.Gettid()), files, 0, 0, 0)
		if errno != 0 {
			t.Skip(errno)
		}
		if other != 0 {
			t.Error("the main thread has a table of descriptors of its own")
		}
	})
}
