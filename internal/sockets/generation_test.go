//go:build linux && (amd64 || arm64)

package sockets

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

// A number that another process has by now is no process of the generation.
func TestProcessesThatHaveEnded(t *testing.T) {
	own := exec.Command("/proc/self/exe", "-test.run=^$")
	if err := own.Start(); err != nil {
		t.Fatal(err)
	}
	g := &Generation{}
	g.pid = own.Process.Pid
	g.join(os.Getpid())
	if all := g.processes(); !slices.Contains(all, os.Getpid()) {
		t.Errorf("%v is without %d", all, os.Getpid())
	}
	g.pids[os.Getpid()] = "1"
	if all := g.processes(); slices.Contains(all, os.Getpid()) {
		t.Errorf("%v has a process that was started later", all)
	}
	g.join(own.Process.Pid)
	own.Wait()
	g.processes()
	if len(g.pids) != 0 {
		t.Errorf("%v are remembered", g.pids)
	}
}
