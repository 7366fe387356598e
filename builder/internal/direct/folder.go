package direct

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A disk remembers what it has read. It is used by one goroutine at a time.
type disk struct {
	read map[string]reading
}

type reading struct {
	size    int64
	time    time.Time
	inode   os.FileInfo
	content digest
	header  digest // of a Go file
}

// of tells whether a file is in the state that was read.
func (r reading) of(info os.FileInfo) bool {
	return r.size == info.Size() && r.time.Equal(info.ModTime()) && os.SameFile(r.inode, info)
}

// unsure is how young a file is whose next change may have the same time.
const unsure = time.Second

// file reads a file, unless it is as it was.
func (d *disk) file(path string) (reading, error) {
	info, err := os.Stat(path)
	if err != nil {
		return reading{}, err
	}
	known, ok := d.read[path]
	if ok && known.of(info) {
		return known, nil
	}
	r := reading{size: info.Size(), time: info.ModTime(), inode: info}
	if filepath.Ext(path) == ".go" {
		var text []byte
		if text, err = os.ReadFile(path); err == nil {
			r.content, r.header = sha256.Sum256(text), headerOf(path, text)
		}
	} else {
		r.content, err = sumOf(path)
	}
	if err != nil {
		return reading{}, err
	}
	delete(d.read, path)
	if time.Since(info.ModTime()) > unsure {
		d.read[path] = r
	}
	return r, nil
}

// sumOf reads piece by piece: the compiler has 26 MB, which would stay with a process
// that else needs less than that.
func sumOf(path string) (digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return digest{}, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return digest(h.Sum(nil)), err
}

// guard is the state of a file that may be missing.
func (d *disk) guard(path string) (digest, error) {
	info, err := os.Stat(path)
	switch {
	case missing(err):
		return digest{}, nil
	case err != nil:
		return digest{}, err
	case info.IsDir():
		return digest{1}, nil
	}
	r, err := d.file(path)
	return r.content, err
}

func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// matter are the endings of files that the go command looks at in the folder of a
// package, beside those of Go.
var matter = []string{
	".c", ".cc", ".cpp", ".cxx", ".f", ".F", ".for", ".f90", ".h", ".hh", ".hpp", ".hxx", ".m", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso",
}

// shape is what the go command, and not the compiler, would see of the folder of
// a package: which files there are, and the headers of those in Go.
func (d *disk) shape(dir string, patterns []string) (digest, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return digest{}, err
	}
	h := sha256.New()
	for _, e := range entries {
		name := e.Name()
		ext := filepath.Ext(name)
		goFile := ext == ".go" && !strings.HasSuffix(name, "_test.go")
		// A module or a profile changes what the folder is.
		other := slices.Contains(matter, ext) || name == "go.mod" || name == "default.pgo"
		if name[0] == '.' || name[0] == '_' || e.IsDir() || !goFile && !other {
			continue
		}
		r, err := d.file(filepath.Join(dir, name))
		if err != nil {
			return digest{}, err
		}
		if goFile {
			r.content = r.header
		}
		fmt.Fprintf(h, "%q %x\n", name, r.content)
	}
	embedded, err := embeddable(dir, patterns)
	fmt.Fprintf(h, "%q\n", embedded)
	return digest(h.Sum(nil)), err
}

// mostEmbedded bounds what embed patterns may match.
const mostEmbedded = 4096

// embeddable lists what the patterns of go:embed match, and all that is below
// that: more than what is embedded, never less.
func embeddable(dir string, patterns []string) ([]string, error) {
	var found []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(quoteGlob(dir), filepath.FromSlash(strings.TrimPrefix(pattern, "all:"))))
		if err != nil {
			return nil, fmt.Errorf("look for what %s embeds: %w", pattern, err)
		}
		for _, match := range matches {
			err := filepath.WalkDir(match, func(path string, e fs.DirEntry, err error) error {
				if len(found) == mostEmbedded {
					return fmt.Errorf("%w: %s embeds more than %d files", ErrUnsupported, pattern, mostEmbedded)
				}
				found = append(found, path)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// quoteGlob lets a path stand for itself in a pattern. Where a backslash
// separates, it cannot be done, and a path with such characters matches nothing.
func quoteGlob(path string) string {
	if filepath.Separator == '\\' {
		return path
	}
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}
