//go:build linux

package supervisor_test

import (
	"os/exec"
	"syscall"
	"testing"
)

// A container may have no network but what it is given: not even a loopback
// device that is up, over which a probe could go.
func TestUpgradeWithoutALoopbackDevice(t *testing.T) {
	t.Parallel()
	if err := exec.Command("unshare", "--net", "true").Run(); err != nil {
		t.Skip("unshare --net does not work here: ", err)
	}
	r := prepare(t, "addr=0.0.0.0:0")
	self := r.cmd.Path
	r.cmd.Path, r.cmd.Args = mustFind(t, "unshare"), []string{"unshare", "--net", self}
	r.launch()
	r.expect(`supervisor: serving`)
	syscall.Kill(r.cmd.Process.Pid, syscall.SIGUSR2) // unshare has become the program
	r.expect(`supervisor: replaced`)
	r.expect(`generation 1 ended: <nil>`)
}

func mustFind(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
