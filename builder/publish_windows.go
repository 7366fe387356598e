package builder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// replaceFile puts from in the place of to. The file of a running program can
// be renamed but not replaced or removed, so it steps aside; what earlier calls
// had to leave aside is removed by the first one after its program has ended.
func replaceFile(from, to string) error {
	dir, prefix := filepath.Dir(to), filepath.Base(to)+".old-"
	old, _ := os.ReadDir(dir)
	for _, entry := range old {
		if strings.HasPrefix(entry.Name(), prefix) {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
	first := os.Rename(from, to)
	if first == nil || otherFileSystem(first) {
		return first
	}
	f, err := os.CreateTemp(dir, prefix+"*")
	if err != nil {
		return errors.Join(first, err)
	}
	aside := f.Name()
	f.Close()
	if err := os.Rename(to, aside); err != nil {
		os.Remove(aside)
		return errors.Join(first, err)
	}
	if err := os.Rename(from, to); err != nil {
		return errors.Join(err, os.Rename(aside, to))
	}
	os.Remove(aside)
	return nil
}

func otherFileSystem(err error) bool {
	const notSameDevice = syscall.Errno(17) // ERROR_NOT_SAME_DEVICE
	return errors.Is(err, notSameDevice)
}

// linkSeed does nothing: cmd/go could not remove the second name of a program
// that runs, and neither could we.
func linkSeed(published, out string) bool {
	return false
}
