package binary

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestContainsFindsTheMarkWhereverItLies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "binary")
	for _, at := range []int{0, 1, 1<<20 - 20, 1<<20 - 1, 1 << 20, 3<<20 + 7} {
		text := append(bytes.Repeat([]byte{0}, at), supervisorMark...)
		if err := os.WriteFile(file, append(text, 0, 1, 2), 0o600); err != nil {
			t.Fatal(err)
		}
		if !contains(file, []byte(supervisorMark)) {
			t.Errorf("not found at %d", at)
		}
	}
	for _, text := range []string{"", "x", supervisorMark[:len(supervisorMark)-1]} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if contains(file, []byte(supervisorMark)) {
			t.Errorf("found in %q", text)
		}
	}
}

func TestEmbedsSupervisor(t *testing.T) {
	if EmbedsSupervisor(filepath.Join(t.TempDir(), "nothing")) {
		t.Error("found in nothing")
	}
	if EmbedsSupervisor("/bin/sh") {
		t.Error("found in a shell")
	}
	// This test binary is of the module, but does not run a supervisor; its
	// constant has the mark in it all the same.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !EmbedsSupervisor(self) {
		t.Error("the mark is not found in a binary of the module")
	}
}
