package gitignore

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	file := filepath.Join(dir, ".git", "index.lock")
	for _, folder := range []string{sub, filepath.Dir(file)} {
		if err := os.Mkdir(folder, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	lock := LockOf(sub)
	if lock.Held() {
		t.Error("held without a lock")
	}
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if !lock.Held() {
		t.Error("not held")
	}
	old := time.Now().Add(-2 * staleLock)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	if lock.Held() {
		t.Error("held by a git that has gone long ago")
	}
	if LockOf(t.TempDir()).Held() {
		t.Error("held outside of a repository")
	}
}
