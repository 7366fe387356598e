package watcher

import (
	"os"
	"syscall"
)

// findRoots makes sure that the roots are there and watched.
func (t *tree) findRoots() error {
	for _, root := range t.roots {
		if err := t.enterRoot(root); err != nil {
			return err
		}
	}
	t.look(&window{})
	return nil
}

// enterRoot enters a root unless it is the folder that is watched already.
//
// That a root was removed has no event while a process is in it (the inode is not
// deleted, inotify(7)), and this process mostly is. So settle asks, every time.
func (t *tree) enterRoot(root string) error {
	t.followLink(root)
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR // fsnotify would watch the file
	}
	if err != nil {
		return &RootError{Root: root, Err: err}
	}
	_, watched := t.folders[root]
	if watched && os.SameFile(info, t.inodes[root]) {
		return nil
	}
	t.leave(root, Remove)
	if err := t.enter(root); err != nil {
		return &RootError{Root: root, Err: err}
	}
	t.inodes[root] = info
	t.anchor()
	return nil
}
