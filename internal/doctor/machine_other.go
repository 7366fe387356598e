//go:build !linux

package doctor

// What follows is not known here.

func free(string) uint64 { return 0 }

func fileSystem(string) FileSystem { return FileSystem{} }

func inotify() (watches, instances int) { return 0, 0 }
