package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// findFile returns the configuration to read, "" for none. The places that are
// searched are Air's.
func findFile(explicit, dir string) string {
	if explicit != "" {
		return explicit
	}
	for _, file := range defaultFiles(dir) {
		if _, err := os.Lstat(file); err == nil {
			return file
		}
	}
	return ""
}

func defaultFiles(dir string) []string {
	return []string{filepath.Join(dir, ".air.toml"), filepath.Join(dir, ".config", "air.toml")}
}

func read(file, name string) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		e := &Error{File: name, Message: "read the configuration: " + reason(err).Error(), Err: err}
		if errors.Is(err, fs.ErrNotExist) {
			e.Hint = "check the name; ginreload init writes a first .air.toml"
		}
		return nil, e
	}
	return parseDocument(name, text)
}

// reason is the part of a path error after the operation and the path, which
// the messages here name in their own way.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// display is how somebody in dir would name file; the absolute name when that
// leads far up.
func display(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if err != nil || strings.Count(rel, "..") > 3 {
		return file
	}
	return rel
}

func mustBeFolder(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, reason(err))
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	return nil
}

func absolute(base, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(base, path)
}
