//go:build unix

package builder

import (
	"errors"
	"os"
	"syscall"
)

// replaceFile puts from in the place of to in one step. A program that runs
// from to keeps its own file.
func replaceFile(from, to string) error {
	return os.Rename(from, to)
}

func otherFileSystem(err error) bool {
	return errors.Is(err, syscall.EXDEV)
}

func linkSeed(published, out string) bool {
	return os.Link(published, out) == nil
}
