package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestEmbedsSupervisorFindsTheMarkWhereverItLies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "binary")
	for _, at := range []int{0, 1, 1<<20 - 20, 1<<20 - 1, 1 << 20, 3<<20 + 7} {
		text := append(bytes.Repeat([]byte{0}, at), supervisorMark...)
		if err := os.WriteFile(file, append(text, 0, 1, 2), 0o600); err != nil {
			t.Fatal(err)
		}
		if !embedsSupervisor(file) {
			t.Errorf("not found at %d", at)
		}
	}
	for _, text := range []string{"", "x", supervisorMark[:len(supervisorMark)-1]} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if embedsSupervisor(file) {
			t.Errorf("found in %q", text)
		}
	}
	if embedsSupervisor(file + " that is not there") {
		t.Error("found in nothing")
	}
}
