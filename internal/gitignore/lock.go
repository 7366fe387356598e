package gitignore

import (
	"os"
	"path/filepath"
	"time"
)

// staleLock is how old a lock is that nobody can still be working under, however
// many files there are: git that was killed leaves it behind.
const staleLock = time.Minute

// Lock is the one that git holds while it changes the files of a worktree, as for
// a checkout, a merge or a stash.
type Lock struct{ file string }

// LockOf returns the lock of the worktree around dir. Outside of one, it is never
// held.
func LockOf(dir string) Lock {
	if top := repository(dir); top != "" {
		if git := ownFolder(top); git != "" {
			return Lock{filepath.Join(git, "index.lock")}
		}
	}
	return Lock{}
}

// Held reports whether git is at work now.
func (l Lock) Held() bool {
	if l.file == "" {
		return false
	}
	info, err := os.Lstat(l.file)
	return err == nil && time.Since(info.ModTime()) < staleLock
}
