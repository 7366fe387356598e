package lean

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// A Folder keeps what Shrink has made of archives in go's build cache. Several
// processes may use it at a time. Nothing in it is ever changed, and all of it can
// be made again.
type Folder string

// Of what is in use the time is renewed once it is older than renewAfter. What
// nobody has used for keepFor is removed.
const (
	renewAfter = 24 * time.Hour
	keepFor    = 5 * 24 * time.Hour
)

// cached are the names of files in go's build cache: a digest of the content.
var cached = regexp.MustCompile(`^[0-9a-f]{64}-d$`)

// Shrunk returns the file with the smaller archive, which is made if it is not
// there yet. An archive that is not in go's build cache is ErrUnknown.
func (f Folder) Shrunk(archive string) (string, error) {
	name := filepath.Base(archive)
	if !cached.MatchString(name) {
		return "", fmt.Errorf("%w: %s is not in the build cache", ErrUnknown, archive)
	}
	file := filepath.Join(string(f), name[:2], name)
	info, err := os.Stat(file)
	switch {
	case err == nil:
		if time.Since(info.ModTime()) > renewAfter {
			_ = os.Chtimes(file, time.Time{}, time.Now()) // at worst it is made again
		}
		return file, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	return file, f.shrink(archive, file)
}

// shrink writes file, which is there as a whole or not at all.
func (f Folder) shrink(archive, file string) (err error) {
	text, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(file), "new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("shrink %s: %w", archive, err), os.Remove(temp.Name()))
		}
	}()
	w := bufio.NewWriterSize(temp, 1<<16)
	if err := errors.Join(Shrink(w, text), w.Flush(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), file)
}

// Trim removes what has not been used for five days.
func (f Folder) Trim(now time.Time) error {
	files, err := filepath.Glob(filepath.Join(string(f), "*", "*"))
	for _, file := range files {
		info, statErr := os.Lstat(file)
		if statErr != nil || now.Sub(info.ModTime()) < keepFor {
			continue // gone already, or in use
		}
		if removed := os.Remove(file); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}
